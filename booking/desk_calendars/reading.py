"""Reading of calendars that are due: with no transaction open while the other server is asked."""

import logging
import time
from datetime import datetime

from booking.desk_calendars.addresses import CalendarTrouble, read_address
from booking.desk_calendars.busy_times import read_busy_times
from booking.desk_calendars.downloads import download
from booking.desk_calendars.followed_calendars import address_of, claim_calendar, days_to_know, note_read, note_trouble
from stores.hours import ONE_DAY, day_start
from stores.models import DeskCalendar
from stores.queries import rules_around

RUN_SECONDS = 20  # after that the rest is left to another run: the worker ends a task after a minute

log = logging.getLogger(__name__)


def read_due_calendars(*, now: datetime) -> int:
    """Read the calendars that are due; return how many. What is wrong with one does not stop the others."""
    until, count = time.monotonic() + RUN_SECONDS, 0
    while time.monotonic() < until and (calendar := claim_calendar(now=now)) is not None:
        read_calendar(calendar, now=now)
        count += 1
    return count


def read_calendar(calendar: DeskCalendar, *, now: datetime) -> None:
    """Read one calendar, and close and open slots by it; note what is wrong with it."""
    try:
        _read(calendar, now=now)
    except CalendarTrouble as trouble:
        log.info("calendar_not_read", extra={"desk_id": calendar.desk_id, "reason": trouble.reason})
        note_trouble(calendar, trouble.reason, now=now)
    except Exception:
        log.exception("calendar_failed", extra={"desk_id": calendar.desk_id})
        note_trouble(calendar, "not_calendar", now=now)


def _read(calendar: DeskCalendar, *, now: datetime) -> None:
    store = calendar.desk.store
    first, last = days_to_know(store, now=now)
    is_same_window = calendar.covers_until == last
    validators = {"etag": calendar.etag, "modified": calendar.modified} if is_same_window else {}
    found = download(read_address(address_of(calendar)), **validators)
    busy = None
    if found.content is not None:
        zone = rules_around(store.slug, now).zone
        begins, ends = day_start(first, zone), day_start(last + ONE_DAY, zone)
        busy = read_busy_times(found.content, zone=zone, first=begins, last=ends)
    note_read(calendar, busy, covers_until=last, etag=found.etag, modified=found.modified, now=now)
