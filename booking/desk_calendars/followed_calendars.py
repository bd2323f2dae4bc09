"""Calendars that desks follow: chosen and left by managers, read by the worker.

What a calendar says closes slots of its desk and opens them again. It cancels no visit: those that overlap a busy time
are listed for staff (`booking.desk_calendars.queries`).
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from booking.desk_calendars.addresses import CalendarTrouble, read_address
from booking.models import Booking
from booking.places.busy_times import BusyTimes
from booking.places.claims import days_of, raise_days
from booking.places.freed import announce_on_commit
from booking.places.slot_rows import set_busy
from booking.policy import last_bookable_date
from booking.tokens import seal, unseal
from stores.hours import ONE_DAY, day_start
from stores.locks import lock_store_alone
from stores.models import BusyTime, Desk, DeskCalendar, Store
from stores.queries import rules_around
from stores.services import record_change

READ_EVERY = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=2)  # after failures
KEPT_FOR = timedelta(hours=72)  # how long the times of a calendar that cannot be read stay as they were
DAYS_BEYOND = 7  # beyond the last bookable day, so that a day is known before it can be booked
_PURPOSE = "desk calendar"
_MOST_FAILURES = 10  # counted; there may be more


@transaction.atomic
def follow_calendar(*, desk_id: int, address: str, user: User | None, now: datetime) -> None:
    """Let a desk follow a calendar, in place of another one; it is read soon. Raises CalendarTrouble."""
    parts = read_address(address)
    desk = _locked(desk_id)
    before = {"calendar_host": _host_of(desk)}
    sealed = seal(_PURPOSE, address.strip().encode())
    fresh = {"tried_at": None, "read_at": None, "problem": "", "failures": 0, "etag": "", "modified": ""}
    DeskCalendar.objects.update_or_create(
        desk_id=desk_id,
        defaults={
            **fresh,
            "sealed_address": sealed,
            "host": parts.host,
            "next_at": now,
            "covers_until": None,
            "created_at": now,
        },
    )
    after = {"calendar_host": parts.host}
    record_change(
        store=desk.store, user=user, what="desk_calendar", subject=desk.name, before=before, after=after, now=now
    )


@transaction.atomic
def leave_calendar(*, desk_id: int, user: User | None, now: datetime) -> None:
    """Let a desk follow no calendar any more, and open what it closed."""
    desk = _locked(desk_id)
    before = {"calendar_host": _host_of(desk)}
    DeskCalendar.objects.filter(desk_id=desk_id).delete()
    _set_busy_times(desk, BusyTimes(), now=now)
    record_change(
        store=desk.store,
        user=user,
        what="desk_calendar",
        subject=desk.name,
        before=before,
        after={"calendar_host": ""},
        now=now,
    )


def claim_calendar(*, now: datetime) -> DeskCalendar | None:
    """Return a calendar that is due, for the caller alone until it has had time to read it; None for none."""
    due = DeskCalendar.objects.filter(next_at__lte=now).select_related("desk__store").order_by("next_at", "pk")
    for calendar in due[:10]:
        if DeskCalendar.objects.filter(pk=calendar.pk, next_at=calendar.next_at).update(next_at=now + READ_EVERY):
            return calendar
    return None


def address_of(calendar: DeskCalendar) -> str:
    """Return the address of a calendar. Raises CalendarTrouble where the server's key is another one now."""
    try:
        return unseal(_PURPOSE, calendar.sealed_address).decode()
    except ValueError as error:
        raise CalendarTrouble("address_lost") from error


def days_to_know(store: Store, *, now: datetime) -> tuple[date, date]:
    """Return the first and the last day whose busy times a calendar is asked for."""
    rules = rules_around(store.slug, now)
    today = now.astimezone(rules.zone).date()
    return today, last_bookable_date(now=now, zone=rules.zone, rules=rules) + DAYS_BEYOND * ONE_DAY


@transaction.atomic
def note_read(
    calendar: DeskCalendar,
    busy: BusyTimes | None,
    *,
    covers_until: date,
    etag: str = "",
    modified: str = "",
    now: datetime,
) -> None:
    """Note that a calendar was read; `busy` are its times, None where they are those already known.

    A calendar that was ended or replaced meanwhile changes nothing. The store is locked only if the times differ.
    """
    is_news = busy is not None and _known(calendar.desk_id, now=now) != [span for span in busy.times if span[1] > now]
    desk = _locked(calendar.desk_id) if is_news else None
    read = {"tried_at": now, "read_at": now, "problem": "", "failures": 0, "covers_until": covers_until}
    if _same(calendar).update(**read, etag=etag, modified=modified) and desk is not None and busy is not None:
        _set_busy_times(desk, busy, now=now)


@transaction.atomic
def note_trouble(calendar: DeskCalendar, reason: str, *, now: datetime) -> None:
    """Note that a calendar could not be read. Its times stay as they were for three days, and then go."""
    is_over = times_end_at(calendar) <= now
    desk = _locked(calendar.desk_id) if is_over else None
    failures = min(calendar.failures + 1, _MOST_FAILURES)
    pause = min(READ_EVERY * 2 ** (failures - 1), LONGEST_PAUSE)
    forgotten = {"covers_until": None, "etag": "", "modified": ""} if is_over else {}
    noted = {"tried_at": now, "problem": reason, "failures": failures, "next_at": now + pause, **forgotten}
    if _same(calendar).update(**noted) and desk is not None:
        _set_busy_times(desk, BusyTimes(), now=now)


def times_end_at(calendar: DeskCalendar) -> datetime:
    """Return until when the times of a calendar count that is not read again."""
    return (calendar.read_at or calendar.created_at) + KEPT_FOR


def _locked(desk_id: int) -> Desk:
    """Lock the store of a desk alone, and return the desk with it."""
    store = lock_store_alone(Desk.objects.values_list("store_id", flat=True).get(pk=desk_id))
    desk = Desk.objects.get(pk=desk_id)
    desk.store = store
    return desk


def _same(calendar: DeskCalendar) -> QuerySet[DeskCalendar]:
    """Return a calendar as long as it is the one that was asked for."""
    return DeskCalendar.objects.filter(pk=calendar.pk, sealed_address=calendar.sealed_address)


def _known(desk_id: int, *, now: datetime) -> list[tuple[datetime, datetime]]:
    """Return the busy times of a desk that are not over."""
    rows = BusyTime.objects.filter(desk_id=desk_id, ends_at__gt=now).order_by("starts_at")
    return list(rows.values_list("starts_at", "ends_at"))


def _host_of(desk: Desk) -> str:
    return DeskCalendar.objects.filter(desk=desk).values_list("host", flat=True).first() or ""


def _days_of_visits(desk: Desk, changed: BusyTimes) -> set[date]:
    """Return the days of the visits at these times: screens say of them whether their desk is busy.

    A slot that a manager had closed before does not change with them.
    """
    since, until = changed.times[0][0] - ONE_DAY, changed.until
    visits = Booking.objects.filter(store_id=desk.store_id, desk=desk, starts_at__gte=since, starts_at__lt=until)
    return {visit.visit_date for visit in visits.only("starts_at", "ends_at", "visit_date") if changed.overlap(visit)}


def _set_busy_times(desk: Desk, busy: BusyTimes, *, now: datetime) -> None:
    """Replace the busy times of a desk, and close and open its slots by them; the caller has the store alone."""
    store = desk.store
    zone = ZoneInfo(store.time_zone)
    midnight = day_start(now.astimezone(zone).date(), zone)
    BusyTime.objects.filter(desk=desk, ends_at__lte=midnight).delete()
    rows = {
        (starts_at, ends_at): pk
        for pk, starts_at, ends_at in BusyTime.objects.filter(desk=desk).values_list("pk", "starts_at", "ends_at")
    }
    changed = BusyTimes(rows).differing(busy)
    if not changed.times:
        return
    BusyTime.objects.filter(pk__in=[pk for span, pk in rows.items() if span not in set(busy.times)]).delete()
    BusyTime.objects.bulk_create(
        BusyTime(desk=desk, starts_at=starts_at, ends_at=ends_at)
        for starts_at, ends_at in busy.times
        if (starts_at, ends_at) not in rows
    )
    rules = rules_around(store.slug, now)
    of_desk = rules.desk(desk.pk)
    first = max(changed.times[0][0], now - ONE_DAY).astimezone(zone).date() - ONE_DAY
    days = (first, changed.until.astimezone(zone).date())
    slots = set_busy(rules, of_desk, busy, changed=changed, days=days, now=now) if of_desk else []
    slot_days = {day for slot in slots for day in days_of(slot.starts_at, slot.ends_at, store.time_zone)}
    raise_days(store.pk, slot_days | _days_of_visits(desk, changed))
    if any(not slot.closed for slot in slots):
        announce_on_commit(store.pk)
