"""The day schedule: a store's bookings and slots of one day. Nothing here writes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Literal
from zoneinfo import ZoneInfo

from django.db import connection

from booking.bookings.day_rows import BookingRow, read_bookings, read_deliveries, read_slots
from booking.models import Booking, Status
from booking.places.places_left import places_returned
from booking.working_days import day_bounds, opening_day, working_day
from notifications import outbox
from notifications.trouble import NOT_ARRIVED
from stores.hours import ONE_DAY, ONE_SECOND, day_start
from stores.models import Store
from stores.queries import rules_around, store_rules
from stores.slots import BUFFER_MOST, DeskRule, StoreRules, slots_by_desk


@dataclass(frozen=True, slots=True)
class DaySlot:
    """A slot as staff see it; `desk` is None if the desk no longer serves."""

    starts_at: datetime
    ends_at: datetime
    desk_id: int
    desk: DeskRule | None
    capacity: int
    places_taken: int
    places_left: int
    closed: bool


@dataclass(frozen=True, slots=True)
class DaySchedule:
    """One day of a store: all its slots and bookings, cancelled ones included, by time.

    Its hours are half-open, from `begins_at` to `ends_at`: by the calendar, or those of a night past midnight.
    """

    rules: StoreRules
    date: date
    now: datetime
    slots: tuple[DaySlot, ...]
    bookings: Sequence[BookingRow]
    totals: dict[str, int]
    deliveries: Mapping[str, Sequence[outbox.Delivery]]
    begins_at: datetime
    ends_at: datetime

    @property
    def is_going_on(self) -> bool:
        """Tell whether `now` is within the day."""
        return self.begins_at <= self.now < self.ends_at


Told = Literal["all", "trouble", "none"]


def day_schedule(*, store: str, date: date, now: datetime, messages: Told = "all") -> DaySchedule:
    """Return a store's day by the calendar, with four statements for any number of bookings. Raises UnknownStore.

    Of its `messages`, it has those of all bookings, those of bookings of which one did not arrive, or none: for a
    caller that reads them itself.
    """
    rules = store_rules(store, from_date=date)
    bookings = read_bookings(rules, date, date)
    counted = Counter(booking.status for booking in bookings)
    return DaySchedule(
        rules=rules,
        date=date,
        now=now,
        slots=slots_of_days(rules, date, date, now=now),
        bookings=bookings,
        totals={status: counted[status] for status in Status.values},
        deliveries={}
        if messages == "none" or not bookings
        else read_deliveries(rules.id, date, date, only_trouble=messages == "trouble"),
        begins_at=day_start(date, rules.zone),
        ends_at=day_start(date + ONE_DAY, rules.zone),
    )


def night_schedule(*, store: str, date: date | None, now: datetime, messages: Told = "all") -> DaySchedule:
    """Return a store's day as its people work it: a night past midnight is part of the day on which it began.

    Without a `date`, it is the day that goes on. Four statements; `messages` as in `day_schedule`. Raises UnknownStore.
    """
    rules = rules_around(store, now) if date is None else store_rules(store, from_date=date - ONE_DAY)
    day = opening_day(rules, now) if date is None else date
    begins, ends = day_bounds(rules, day)
    last = (ends - ONE_SECOND).astimezone(rules.zone).date()
    is_of_calendar = (begins, ends) == (day_start(day, rules.zone), day_start(day + ONE_DAY, rules.zone))
    bookings = read_bookings(rules, day, last, within=None if is_of_calendar else (begins, ends))
    counted = Counter(booking.status for booking in bookings)
    return DaySchedule(
        rules=rules,
        date=day,
        now=now,
        slots=tuple(slot for slot in slots_of_days(rules, day, last, now=now) if begins <= slot.starts_at < ends),
        bookings=bookings,
        totals={status: counted[status] for status in Status.values},
        deliveries={}
        if messages == "none" or not bookings
        else read_deliveries(rules.id, day, last, only_trouble=messages == "trouble"),
        begins_at=begins,
        ends_at=ends,
    )


def visit_schedule(booking: Booking, *, now: datetime) -> DaySchedule:
    """Return the day of one booking, with nothing in it but the booking's messages; two statements."""
    rules = store_rules(booking.store.slug, from_date=booking.visit_date)
    return DaySchedule(
        rules=rules,
        date=booking.visit_date,
        now=now,
        slots=(),
        bookings=(),
        totals={},
        deliveries=outbox.deliveries([booking.reference]),
        begins_at=day_start(booking.visit_date, rules.zone),
        ends_at=day_start(booking.visit_date + ONE_DAY, rules.zone),
    )


def arrivals_schedule(*, store: str, now: datetime) -> DaySchedule:
    """Return the visits of a store's working day, without slots, with three statements. Raises UnknownStore.

    They include visits of the evening before whose people may still be in the shop, and visits right after midnight.
    """
    rules = rules_around(store, now)
    day = working_day(rules, now=now)
    bookings = read_bookings(rules, *day.dates, within=(day.since, day.until))
    counted = Counter(booking.status for booking in bookings)
    return DaySchedule(
        rules=rules,
        date=day.own_date,
        now=now,
        slots=(),
        bookings=bookings,
        totals={status: counted[status] for status in Status.values},
        deliveries=read_deliveries(rules.id, *day.dates) if bookings else {},
        begins_at=day.begins_at,
        ends_at=day.ends_at,
    )


# The day's visits are counted in one pass: fifty screens ask for this version all day. Whom to phone on other days
# changes with the messages, and with a tap that somebody was phoned.
_DAY_VERSION = f"""
SELECT hours_version,
  (SELECT SUM(version) FROM stores_storeday WHERE store_id = %s AND date BETWEEN %s AND %s),
  visits.to_come, visits.changeable, visits.asked,
  (SELECT COUNT(*) FROM booking_hold
    WHERE store_id = %s AND expires_at <= %s AND starts_at < %s AND ends_at > %s),
  (SELECT MAX(updated_at) FROM notifications_outboxmessage WHERE account = %s),
  (SELECT MAX(phoned_at) FROM booking_booking WHERE reference IN (
    SELECT subject FROM notifications_outboxmessage WHERE account = %s AND {NOT_ARRIVED})),
  circuits.opened, circuits.last_opened_at
FROM stores_store
CROSS JOIN (
  SELECT COUNT(CASE WHEN starts_at > %s THEN 1 END) AS to_come,
    COUNT(CASE WHEN starts_at >= %s THEN 1 END) AS changeable,
    COUNT(CASE WHEN answer_until > %s THEN 1 END) AS asked
  FROM booking_booking WHERE store_id = %s AND visit_date BETWEEN %s AND %s
) visits
CROSS JOIN (SELECT COUNT(opened_at) AS opened, MAX(opened_at) AS last_opened_at FROM notifications_circuit) circuits
WHERE id = %s
"""  # noqa: S608 -- words of the code


def day_version(*, store: Store, date: date, now: datetime, days_before: int = 0, days_after: int = 0) -> str:
    """Return the version of a day's schedule, which also changes with the clock; one statement.

    With `days_before` and `days_after`, it covers a working day that may reach into the days around it.
    """
    # Plain SQL: building this query with the ORM took most of the time of a poll, which fifty screens repeat all day.
    zone = ZoneInfo(store.time_zone)
    first, last = date - days_before * ONE_DAY, date + days_after * ONE_DAY
    moment, changeable_until, begins, ends = (
        connection.ops.adapt_datetimefield_value(at)
        for at in (
            now,
            now + timedelta(minutes=store.change_until_minutes),
            day_start(first, zone) - timedelta(minutes=BUFFER_MOST),
            day_start(last + ONE_DAY, zone) + timedelta(minutes=BUFFER_MOST),
        )
    )
    days = [connection.ops.adapt_datefield_value(day) for day in (first, last)]
    with connection.cursor() as cursor:
        cursor.execute(
            _DAY_VERSION,
            [
                *(store.pk, *days),
                *(store.pk, moment, ends, begins),
                *(store.slug, store.slug),
                *(moment, changeable_until, moment),
                *(store.pk, *days),
                store.pk,
            ],
        )
        parts = cursor.fetchone()
    return sha256("|".join(map(str, (store.slug, date, *parts))).encode()).hexdigest()[:32]


def slots_of_days(rules: StoreRules, first: date, last: date, *, now: datetime) -> tuple[DaySlot, ...]:
    """Return the slots of days, both ends included, as staff may fill them; also of former hours if places are taken.

    One statement; by time, then by the order of the desks.
    """
    starts, ends = day_start(first, rules.zone), day_start(last + ONE_DAY, rules.zone)
    rows, expired_holds = read_slots(rules.id, since=starts, until=ends, now=now)
    by_desk = slots_by_desk(rules, first_date=first, last_date=last)
    slots = {
        (slot.starts_at, desk.id): DaySlot(*slot, desk.id, desk, desk.capacity, 0, desk.capacity, closed=False)
        for desk in rules.desks
        for slot in by_desk[desk.id]
    }
    for desk_id, starts_at, ends_at, places, capacity, closed in rows:
        is_by_rule = (starts_at, desk_id) in slots
        taken = places - places_returned(expired_holds, desk_id=desk_id, starts_at=starts_at, ends_at=ends_at)
        if is_by_rule or taken:
            is_closed = closed or not is_by_rule
            left = 0 if is_closed else max(0, capacity - taken)
            slots[starts_at, desk_id] = DaySlot(
                starts_at, ends_at, desk_id, rules.desk(desk_id), capacity, taken, left, is_closed
            )
    order = {desk.id: number for number, desk in enumerate(rules.desks)}
    return tuple(sorted(slots.values(), key=lambda slot: (slot.starts_at, order.get(slot.desk_id, len(order)))))
