"""SQL statements that write slots' counters, the same on both databases; only `booking.places` calls them.

Each locks its rows in the given order and creates missing rows.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from booking.models.joint_writes import Part

_COLUMNS = """stores_slot AS slot
    (store_id, desk_id, starts_at, ends_at, capacity, has_own_capacity,
     places_taken, places_taken_web, squeezed, closed)"""
_ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_CLAIM = """
INSERT INTO {columns}
VALUES {rows}
ON CONFLICT (store_id, desk_id, starts_at) DO UPDATE SET
    places_taken = slot.places_taken + excluded.places_taken,
    places_taken_web = slot.places_taken_web + excluded.places_taken_web
WHERE slot.places_taken + excluded.places_taken <= slot.capacity
    AND (excluded.places_taken_web = 0
         OR slot.places_taken_web + excluded.places_taken_web <= slot.capacity - %s)
    AND NOT slot.closed
RETURNING starts_at
"""
_SQUEEZE_IN = """
INSERT INTO {columns}
VALUES {rows}
ON CONFLICT (store_id, desk_id, starts_at) DO UPDATE SET
    places_taken = slot.places_taken + excluded.places_taken,
    squeezed = CASE WHEN slot.places_taken + excluded.places_taken > slot.capacity
        THEN slot.places_taken + excluded.places_taken - slot.capacity ELSE 0 END
"""
_LOCK = """
INSERT INTO {columns}
VALUES {rows}
ON CONFLICT (store_id, desk_id, starts_at) DO UPDATE SET places_taken = slot.places_taken
"""


class SlotRow(NamedTuple):
    """The proposed row of a slot; if the slot has a row already, only the places are added to it."""

    desk_id: int
    starts_at: datetime
    ends_at: datetime
    capacity: int  # the desk's own


def claim_rows(
    store_id: int, rows: Sequence[SlotRow], *, places: int, from_web: bool, kept_back: int
) -> list[datetime]:
    """Take places in each row that has enough; return the starts of those rows.

    The table's CHECK applies to the proposed row even if another row exists, so a party larger than the capacity is
    proposed as squeezed in. The caller makes sure that all such rows exist.
    """
    part = claim_part(store_id, rows, places=places, from_web=from_web, kept_back=kept_back)
    with connection.cursor() as cursor:
        cursor.execute(part.sql, part.values)
        taken = {as_stored(moment) for (moment,) in cursor.fetchall()}
    return [row.starts_at for row in rows if as_stored(row.starts_at) in taken]


def claim_part(store_id: int, rows: Sequence[SlotRow], *, places: int, from_web: bool, kept_back: int) -> Part:
    """Return the statement of `claim_rows` as a part of a joint write."""
    values = _values(store_id, rows, places=places, web=places if from_web else 0)
    return Part("claimed", _filled(_CLAIM, len(rows)), [*values, kept_back], len(rows))


def squeeze_into_rows(store_id: int, rows: Sequence[SlotRow], *, places: int) -> None:
    """Take places in each row, even if too few are left."""
    _execute(_SQUEEZE_IN, rows, _values(store_id, rows, places=places, web=0))


def lock_rows(store_id: int, rows: Sequence[SlotRow]) -> None:
    """Lock each row until the transaction ends, and change nothing."""
    _execute(_LOCK, rows, _values(store_id, rows, places=0, web=0))


def _execute(sql: str, rows: Sequence[SlotRow], values: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_filled(sql, len(rows)), values)


def _filled(sql: str, count: int) -> str:
    return sql.format(columns=_COLUMNS, rows=", ".join([_ROW] * count))


def _values(store_id: int, rows: Sequence[SlotRow], *, places: int, web: int) -> list[Any]:
    values: list[Any] = []
    for row in rows:
        values += [
            store_id,
            row.desk_id,
            as_stored(row.starts_at),
            as_stored(row.ends_at),
            row.capacity,
            False,
            places,
            web,
            max(0, places - row.capacity),
            False,
        ]
    return values


def as_stored(moment: datetime | str) -> Any:
    """Return an instant as a statement takes it, also from what a statement gave back: SQLite may give a text."""
    return connection.ops.adapt_datetimefield_value(moment) if isinstance(moment, datetime) else moment
