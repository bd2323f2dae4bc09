"""The statements that write slots' counters, the same on SQLite and PostgreSQL; `booking.places` alone calls them.

Each takes its rows in the order in which it is given them, and makes those that are not there yet.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

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
    """What a slot's row is proposed to be; where there is one, only the places are added to it."""

    desk_id: int
    starts_at: datetime
    ends_at: datetime
    capacity: int  # the desk's own


def claim_rows(
    store_id: int, rows: Sequence[SlotRow], *, places: int, from_web: bool, kept_back: int
) -> list[datetime]:
    """Take places in each row that has them; return the starts of those rows.

    The table's CHECK looks at the row proposed even where another is there, so a party larger than its capacity is
    proposed as squeezed in: the caller sees to it that all such rows are there.
    """
    values = _values(store_id, rows, places=places, web=places if from_web else 0)
    taken = {moment for (moment,) in _execute(_CLAIM, rows, [*values, kept_back], returning=True)}
    return [row.starts_at for row in rows if _as_stored(row.starts_at) in {_as_stored(moment) for moment in taken}]


def squeeze_into_rows(store_id: int, rows: Sequence[SlotRow], *, places: int) -> None:
    """Take places in each row, whether it has them or not."""
    _execute(_SQUEEZE_IN, rows, _values(store_id, rows, places=places, web=0))


def lock_rows(store_id: int, rows: Sequence[SlotRow]) -> None:
    """Lock each row until the transaction ends, and change nothing."""
    _execute(_LOCK, rows, _values(store_id, rows, places=0, web=0))


def _execute(sql: str, rows: Sequence[SlotRow], values: Sequence[Any], *, returning: bool = False) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(columns=_COLUMNS, rows=", ".join([_ROW] * len(rows))), values)
        return cursor.fetchall() if returning else []


def _values(store_id: int, rows: Sequence[SlotRow], *, places: int, web: int) -> list[Any]:
    values: list[Any] = []
    for row in rows:
        values += [
            store_id,
            row.desk_id,
            _as_stored(row.starts_at),
            _as_stored(row.ends_at),
            row.capacity,
            False,
            places,
            web,
            max(0, places - row.capacity),
            False,
        ]
    return values


def _as_stored(moment: datetime | str) -> Any:
    return connection.ops.adapt_datetimefield_value(moment) if isinstance(moment, datetime) else moment
