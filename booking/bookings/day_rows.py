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
from booking.models.partial_rows import known, known_rows, set_related
from booking.places.places_left import ExpiredHold
from notifications.outbox import Delivery
from stores.models import Desk, Store, VisitType
from stores.slots import StoreRules

_MOMENTS = (
    *("starts_at", "ends_at", "answer_until", "checked_in_at", "started_at", "completed_at"),
    *("updated_at", "erased_at", "phoned_at"),
)
_JSON = ("answers",)
_PLAIN = (
    *("id", "reference", "store_id", "desk_id", "visit_type_id", "visit_date", "party_size", "status", "source"),
    *("name", "phone", "email", "locale", "is_simple", "is_for_someone_else", "note", "desk_was_chosen"),
    *("sequence", "attendance_confirmed", "late_minutes"),
)
_DESK = ("slug", "name")
_VISIT_TYPE = ("slug", "name", "mode", "video_url")
_SHOWN = (*_MOMENTS, *_JSON, *_PLAIN)
_COLUMNS = (
    *(f"CAST(booking.{name} AS TEXT)" for name in (*_MOMENTS, *_JSON)),
    *(f"booking.{name}" for name in _PLAIN),
    *(f"desk.{name}" for name in _DESK),
    *(f"visit_type.{name}" for name in _VISIT_TYPE),
)
_BOOKINGS = f"""
SELECT {", ".join(_COLUMNS)}
FROM booking_booking booking
JOIN stores_desk desk ON desk.id = booking.desk_id
JOIN stores_visittype visit_type ON visit_type.id = booking.visit_type_id
WHERE booking.store_id = %s AND booking.visit_date BETWEEN %s AND %s
"""  # noqa: S608 -- only the names above
_WITHIN = " AND booking.starts_at >= %s AND booking.starts_at < %s"
_BY_TIME = " ORDER BY booking.starts_at, booking.id"
_SLOTS = """
SELECT 1, desk_id, CAST(starts_at AS TEXT), CAST(ends_at AS TEXT), places_taken, capacity,
    CASE WHEN closed THEN 1 ELSE 0 END
  FROM stores_slot WHERE store_id = %s AND starts_at >= %s AND starts_at < %s
UNION ALL
SELECT 0, desk_id, CAST(starts_at AS TEXT), CAST(ends_at AS TEXT), places, 0, 0
  FROM booking_hold WHERE store_id = %s AND expires_at <= %s
"""
# The day's bookings first, then their messages, each by its index.
_MESSAGES = """
SELECT subject, kind, channel, state, reason, CAST(updated_at AS TEXT), sequence, "offset", is_limited
FROM notifications_outboxmessage
WHERE subject IN ({subjects}) AND NOT (state = 'skipped' AND reason = 'no_email')
ORDER BY due_at, id
"""
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
) -> tuple[Booking, ...]:
    """Return the bookings of a store's days by time, with one statement; `within` bounds their starts.

    They share the objects of store, desks and visit types; fields that no list of a day shows are deferred.
    """
    ops = connection.ops
    params: list[Any] = [rules.id, *(ops.adapt_datefield_value(day) for day in (first, last))]
    params += [ops.adapt_datetimefield_value(moment) for moment in within or ()]
    with connection.cursor() as cursor:
        cursor.execute(_BOOKINGS + (_WITHIN if within else "") + _BY_TIME, params)
        rows = cursor.fetchall()
    bookings = tuple(known_rows(Booking, _SHOWN, _values(rows)))
    store = known(Store, id=rules.id, slug=rules.slug, name=rules.name, country=rules.country,
                  time_zone=rules.zone.key, change_until_minutes=rules.change_until_minutes)  # fmt: skip
    desks: dict[int, Desk] = {}
    visit_types: dict[int, VisitType] = {}
    for booking, row in zip(bookings, rows, strict=True):
        desk_id, type_id = booking.desk_id, booking.visit_type_id
        if desk_id not in desks:
            shown = dict(zip(_DESK, row[len(_SHOWN) :], strict=False))
            desks[desk_id] = known(Desk, id=desk_id, **shown)
        if type_id not in visit_types:
            shown = dict(zip(_VISIT_TYPE, row[-len(_VISIT_TYPE) :], strict=True))
            visit_types[type_id] = known(VisitType, id=type_id, **shown)
        set_related(booking, {"store": store, "desk": desks[desk_id], "visit_type": visit_types[type_id]})
    return bookings


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
            holds.append(ExpiredHold(desk_id, starts_at, ends_at, places))
    return slots, holds


def read_deliveries(
    store_id: int, first: date, last: date, *, only_trouble: bool = False
) -> Mapping[str, Sequence[Delivery]]:
    """Return what became of the messages about the bookings of a store's days, oldest first, with one statement.

    With `only_trouble`, only bookings of which some message did not arrive.
    """
    days = [connection.ops.adapt_datefield_value(day) for day in (first, last)]
    with connection.cursor() as cursor:
        cursor.execute(_MESSAGES.format(subjects=_TROUBLED if only_trouble else _REFERENCES), [store_id, *days])
        rows = cursor.fetchall()
    moments = Moments()
    found: dict[str, list[Delivery]] = defaultdict(list)
    for subject, kind, channel, state, reason, updated_at, sequence, offset, is_limited in rows:
        at: Any = moments[updated_at]
        found[subject].append(Delivery(kind, channel, state, reason, at, sequence, offset, bool(is_limited)))
    return found


def _values(rows: list[tuple[Any, ...]]) -> Iterator[list[Any]]:
    """Yield the values of bookings in the order of `_SHOWN`."""
    moments, count, shown = Moments().__getitem__, len(_MOMENTS), len(_SHOWN)
    for row in rows:
        answers = row[count]
        yield [*map(moments, row[:count]), json.loads(answers) if answers != "[]" else [], *row[count + 1 : shown]]
