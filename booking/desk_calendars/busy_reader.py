"""Reads the busy times out of a calendar file, as a program of its own with little memory and little time.

A file from outside may hold a rule that takes hours to work out. Input: one line of JSON with zone, first and last
instant, then the file. Output: JSON, `{"busy": [[start, end], …]}` in seconds since 1970, or `{"problem": reason}`.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar
from recurring_ical_events import of

MOST_EVENTS = 20_000
MOST_BUSY = 20_000
_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_BY_CLOCK = ("BYHOUR", "BYMINUTE", "BYSECOND")
_MOST_A_DAY = 24
_OWN = "@carillon"  # a visit that came back through somebody's own calendar: its places are taken already

Span = tuple[datetime, datetime]


class TooMany(Exception):
    """The file says more than anybody's calendar does."""


def busy_spans(content: bytes, *, zone: ZoneInfo, first: datetime, last: datetime) -> list[Span]:
    """Return when a calendar is busy in [first, last). Raises ValueError where it is none, TooMany."""
    calendars = Calendar.from_ical(content, multiple=True)
    if not calendars:
        raise ValueError
    found: list[Span] = []
    for calendar in calendars:
        if calendar.name != "VCALENDAR":
            raise ValueError
        _check(calendar)
        found += islice(_spans(calendar, zone, first, last), MOST_BUSY + 1 - len(found))
        if len(found) > MOST_BUSY:
            raise TooMany
    return [(max(starts, first), min(ends, last)) for starts, ends in found if starts < last and ends > first]


def _check(calendar: Any) -> None:
    """Refuse what would take hours: rules that repeat all day long, and files of a size that no person fills."""
    events = calendar.walk("VEVENT")
    if len(events) > MOST_EVENTS:
        raise TooMany
    for event in events:
        rules = event.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            a_day = 1
            for name in _BY_CLOCK:
                a_day *= max(1, len(rule.get(name, [])))
            if a_day > _MOST_A_DAY or _OFTEN.intersection(str(one).upper() for one in rule.get("FREQ", [])):
                raise TooMany


def _spans(calendar: Any, zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[Span]:
    for event in of(calendar, skip_bad_series=True).between(first, last):
        if _is_busy(event):
            yield _moment(event.start, zone), _moment(event.end, zone)
    for part in calendar.walk("VFREEBUSY"):
        told = part.get("FREEBUSY", [])
        for period in told if isinstance(told, list) else [told]:
            if str(period.params.get("FBTYPE", "BUSY")).upper() != "FREE":
                yield from _periods(period, zone)


def _periods(period: Any, zone: ZoneInfo) -> Iterator[Span]:
    for starts, ends in [period.dt] if isinstance(period.dt, tuple) else period.dts:
        begin = _moment(starts, zone)
        yield begin, begin + ends if isinstance(ends, timedelta) else _moment(ends, zone)


def _is_busy(event: Any) -> bool:
    """Tell whether somebody with this event in their calendar has no time then."""
    is_off = str(event.get("STATUS", "")).upper() == "CANCELLED"
    is_free = str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
    outlook_free = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() == "FREE"
    return not (is_off or is_free or outlook_free or str(event.get("UID", "")).endswith(_OWN))


def _moment(at: date | datetime, zone: ZoneInfo) -> datetime:
    """Return an instant; a day begins at the store's midnight, and a time without a zone is the store's."""
    local = at if isinstance(at, datetime) else datetime.combine(at, time())
    return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)


def _limit() -> None:
    """Take from this process what a file could use up, unless it has less; not where the system knows no limits."""
    try:
        import resource  # noqa: PLC0415 -- not on every system
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_CPU, 8), (resource.RLIMIT_AS, 768 * 2**20)):
        _soft, hard = resource.getrlimit(kind)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))


def main() -> None:
    """Answer the one question on standard input."""
    _limit()
    asked = json.loads(sys.stdin.buffer.readline())
    first, last = (datetime.fromisoformat(asked[name]) for name in ("first", "last"))
    try:
        spans = busy_spans(sys.stdin.buffer.read(), zone=ZoneInfo(asked["zone"]), first=first, last=last)
        answer: dict[str, Any] = {"busy": [[starts.timestamp(), ends.timestamp()] for starts, ends in spans]}
    except TooMany:
        answer = {"problem": "too_many"}
    except Exception:  # noqa: BLE001 -- whatever a file does to the packages that read it
        answer = {"problem": "not_calendar"}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
