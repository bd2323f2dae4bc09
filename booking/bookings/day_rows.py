"""The rows of a store's day, read by plain SQL: building these statements by the ORM took as long as all that they do.

Instants are selected as text, which is read once for all the rows that share it: for hundreds of visits, a driver takes
longer to make its values of them than to fetch the rows. Nothing here writes.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from booking.models import Booking
from booking.models.moment_texts import Moments
from booking.models.partial_rows import known
from booking.places.places_left import ExpiredHold
from notifications.outbox import Delivery
from stores.models import Desk, Store, VisitType
from stores.slots import StoreRules


class BookingRow(NamedTuple):
    """One booking as the lists of a day show it: read like a `Booking`, which takes four times as long to make.

    Bookings of one list share the objects of store, desks and visit types.
    """

    answers: Sequence[Mapping[str, str]]
    updated_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    erased_at: datetime | None
    phoned_at: datetime | None
    # From here to `late_minutes` stands what many bookings of a day have in common: `SHARED`.
    starts_at: datetime
    ends_at: datetime
    answer_until: datetime | None
    checked_in_at: datetime | None
    desk_id: int
    visit_type_id: int
    party_size: int
    status: str
    source: str
    locale: str
    is_for_someone_else: bool
    sequence: int
    attendance_confirmed: bool
    late_minutes: int | None
    id: int
    reference: str
    visit_date: date
    name: str
    phone: str
    email: str
    note: str
    is_simple: bool
    desk_was_chosen: bool
    minutes_before: int
    minutes_after: int
    language: str
    is_at_busy_time: bool
    desk: Desk
    visit_type: VisitType
    store: Store


ListedBooking = Booking | BookingRow
MessageState = tuple[str, str, str, str, datetime]  # subject, kind, channel, state, since when
SHARED = slice(BookingRow._fields.index("starts_at"), BookingRow._fields.index("late_minutes") + 1)
_COLUMNS_OF_BOOKING = BookingRow._fields[:-3]
_MOMENTS_UNTIL = _COLUMNS_OF_BOOKING.index("checked_in_at") + 1  # instants stand before, after the answers
_DESK = ("slug", "name")
_VISIT_TYPE = ("slug", "name", "mode", "video_url")
# The busy times of a desk lie apart, so only the last one that begins before the visit ends can overlap it.
_AT_BUSY_TIME = """COALESCE((
    SELECT busy.ends_at > booking.starts_at FROM stores_busytime busy
    WHERE busy.desk_id = booking.desk_id AND busy.starts_at < booking.ends_at ORDER BY busy.starts_at DESC LIMIT 1
  ), FALSE)"""
_COLUMNS = (
    *(f"CAST(booking.{name} AS TEXT)" for name in _COLUMNS_OF_BOOKING[:_MOMENTS_UNTIL]),
    *(f"booking.{name}" for name in _COLUMNS_OF_BOOKING[_MOMENTS_UNTIL:-1]),
    _AT_BUSY_TIME,
    *(f"desk.{name}" for name in _DESK),
    *(f"visit_type.{name}" for name in _VISIT_TYPE),
)
_BOOKINGS = f"""
SELECT {", ".join(_COLUMNS)}
FROM booking_booking booking
JOIN stores_desk desk ON desk.id = booking.desk_id
JOIN stores_visittype visit_type ON visit_type.id = booking.visit_type_id
WHERE booking.store_id = %s AND """  # noqa: S608 -- only the names above
_OF_DAYS = "booking.visit_date BETWEEN %s AND %s"
_WITHIN = " AND booking.starts_at >= %s AND booking.starts_at < %s"
_BY_TIME = " ORDER BY booking.starts_at, booking.id"
_SLOTS = """
SELECT 1, desk_id, CAST(starts_at AS TEXT), CAST(ends_at AS TEXT), places_taken, capacity,
    CASE WHEN closed THEN 1 ELSE 0 END
  FROM stores_slot WHERE store_id = %s AND starts_at >= %s AND starts_at < %s
UNION ALL
SELECT 0, desk_id, CAST(starts_at AS TEXT), CAST(ends_at AS TEXT), places, minutes_before, minutes_after
  FROM booking_hold WHERE store_id = %s AND expires_at <= %s
"""
# The day's bookings first, then their messages, each by its index.
_MESSAGES = """
SELECT subject, kind, channel, state, CAST(updated_at AS TEXT){more}
FROM notifications_outboxmessage
WHERE subject IN ({subjects}) AND NOT (state = 'skipped' AND reason = 'no_email')
ORDER BY due_at, id
"""
_MORE = ', reason, sequence, "offset", is_limited'
_REFERENCES = "SELECT reference FROM booking_booking WHERE store_id = %s AND visit_date BETWEEN %s AND %s"
_TROUBLED = """
SELECT booking.reference
FROM booking_booking booking
JOIN notifications_outboxmessage told ON told.subject = booking.reference
WHERE booking.store_id = %s AND booking.visit_date BETWEEN %s AND %s
  AND told.state IN ('failed', 'skipped', 'unknown', 'dead')
"""


class SlotRow(NamedTuple):
    """What is stored of one slot; `places_taken` may count places of holds that have run out."""

    desk_id: int
    starts_at: datetime
    ends_at: datetime
    places_taken: int
    capacity: int
    closed: bool


def read_bookings(
    rules: StoreRules, first: date, last: date, *, within: tuple[datetime, datetime] | None = None
) -> tuple[BookingRow, ...]:
    """Return the bookings of a store's days by time, with one statement; `within` bounds their starts."""
    ops = connection.ops
    params: list[Any] = [rules.id, *(ops.adapt_datefield_value(day) for day in (first, last))]
    params += [ops.adapt_datetimefield_value(moment) for moment in within or ()]
    with connection.cursor() as cursor:
        cursor.execute(_BOOKINGS + _OF_DAYS + (_WITHIN if within else "") + _BY_TIME, params)
        return _rows(cursor.fetchall(), rules)


def read_bookings_of(rules: StoreRules, references: Sequence[str]) -> tuple[BookingRow, ...]:
    """Return the bookings of a store that have these references, by time, with one statement."""
    chosen = f"booking.reference IN ({', '.join(['%s'] * len(references))})"
    with connection.cursor() as cursor:
        cursor.execute(_BOOKINGS + chosen + _BY_TIME, [rules.id, *references])
        return _rows(cursor.fetchall(), rules)


def _rows(rows: list[tuple[Any, ...]], rules: StoreRules) -> tuple[BookingRow, ...]:
    store = known(Store, id=rules.id, slug=rules.slug, name=rules.name, country=rules.country,
                  time_zone=rules.zone.key, change_until_minutes=rules.change_until_minutes)  # fmt: skip
    return tuple(_bookings(rows, store))


def read_slots(
    store_id: int, *, since: datetime, until: datetime, now: datetime
) -> tuple[list[SlotRow], list[ExpiredHold]]:
    """Return the stored slots that start within [since, until), and the store's expired holds, with one statement."""
    starts, ends, moment = (connection.ops.adapt_datetimefield_value(at) for at in (since, until, now))
    with connection.cursor() as cursor:
        cursor.execute(_SLOTS, [store_id, starts, ends, store_id, moment])
        rows = cursor.fetchall()
    moments = Moments()
    slots, holds = [], []
    for is_slot, desk_id, starts_text, ends_text, places, capacity, closed in rows:
        starts_at: Any = moments[starts_text]
        ends_at: Any = moments[ends_text]
        if is_slot:
            slots.append(SlotRow(desk_id, starts_at, ends_at, places, capacity, bool(closed)))
        else:
            holds.append(ExpiredHold.of_row(desk_id, starts_at, ends_at, places, capacity, closed))
    return slots, holds


def read_deliveries(
    store_id: int, first: date, last: date, *, only_trouble: bool = False
) -> Mapping[str, Sequence[Delivery]]:
    """Return what became of the messages about the bookings of a store's days, oldest first, with one statement.

    With `only_trouble`, only bookings of which some message did not arrive.
    """
    rows = _messages(store_id, first, last, more=_MORE, subjects=_TROUBLED if only_trouble else _REFERENCES)
    moments: Mapping[str | None, Any] = Moments()
    found: dict[str, list[Delivery]] = defaultdict(list)
    for subject, kind, channel, state, updated_at, reason, sequence, offset, is_limited in rows:
        told = Delivery(kind, channel, state, reason, moments[updated_at], sequence, offset, is_limited)
        found[subject].append(told)
    return found


def read_states(store_id: int, day: date) -> Iterator[MessageState]:
    """Yield the states of the messages about the bookings of a store's day, oldest first, with one statement."""
    moments: Mapping[str | None, Any] = Moments()
    for subject, kind, channel, state, updated_at in _messages(store_id, day, day, more="", subjects=_REFERENCES):
        yield subject, kind, channel, state, moments[updated_at]


def _messages(store_id: int, first: date, last: date, *, more: str, subjects: str) -> list[tuple[Any, ...]]:
    days = [connection.ops.adapt_datefield_value(day) for day in (first, last)]
    with connection.cursor() as cursor:
        cursor.execute(_MESSAGES.format(more=more, subjects=subjects), [store_id, *days])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _bookings(rows: list[tuple[Any, ...]], store: Store) -> Iterator[BookingRow]:
    moments, made = Moments().__getitem__, BookingRow._make
    until, count = _MOMENTS_UNTIL, len(_COLUMNS_OF_BOOKING)
    desk_at, type_at = (_COLUMNS_OF_BOOKING.index(name) for name in ("desk_id", "visit_type_id"))
    desks: dict[int, Desk] = {}
    visit_types: dict[int, VisitType] = {}
    for row in rows:
        desk, visit_type, answers = desks.get(row[desk_at]), visit_types.get(row[type_at]), row[0]
        if desk is None:
            shown = dict(zip(_DESK, row[count:], strict=False))
            desk = desks[row[desk_at]] = known(Desk, id=row[desk_at], **shown)
        if visit_type is None:
            shown = dict(zip(_VISIT_TYPE, row[-len(_VISIT_TYPE) :], strict=True))
            visit_type = visit_types[row[type_at]] = known(VisitType, id=row[type_at], **shown)
        told = json.loads(answers) if answers != "[]" else []
        yield made((told, *map(moments, row[1:until]), *row[until:count], desk, visit_type, store))
