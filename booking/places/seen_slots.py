"""Slots as a statement saw them just now: enough to refuse a full time without waiting for the lock of its rows.

In a rush, two hundred want one slot of five places. Each that only learns from its claim that the slot is full waits
for the row's lock until all before it have been rolled back. What a statement sees here was true when it began.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from booking.places.fit import is_shut
from booking.places.runs import Run
from booking.places.slot_statements import as_stored

# The values of `slots_asked`; one row for each slot that has one.
COLUMNS = "desk_id, starts_at, capacity, places_taken, places_taken_web, closed"
# Each start by itself: for a stretch of time, PostgreSQL would make a plan for each question.
_SLOTS = "FROM stores_slot WHERE store_id = %s AND starts_at IN ({starts})"


class SeenSlot(NamedTuple):
    """The counters of one slot."""

    capacity: int
    taken: int
    taken_web: int
    closed: bool


@dataclass(frozen=True, slots=True)
class SeenSlots:
    """The slots of some runs that have a row, by desk and start as the database stores it."""

    rows: Mapping[tuple[int, Any], SeenSlot]

    @classmethod
    def of_rows(cls, rows: Iterable[Sequence[Any]]) -> "SeenSlots":
        """Return the slots of rows in the order of `COLUMNS`."""
        return cls({(desk_id, as_stored(starts_at)): SeenSlot(*counters) for desk_id, starts_at, *counters in rows})

    def have_places(self, run: Run, *, places: int, from_web: bool) -> bool:
        """Tell whether a claim of so many places in each slot of a run would have found them."""
        kept_back = run.desk.kept_back if from_web else 0
        for slot in self._slots_of(run):
            if slot.closed or slot.taken + places > slot.capacity:
                return False
            if from_web and slot.taken_web + places > slot.capacity - kept_back:
                return False
        return True

    def are_shut(self, run: Run, *, from_web: bool) -> bool:
        """Tell whether a run could never be booked: one of its slots is closed or has no place for the web."""
        kept_back = run.desk.kept_back if from_web else 0
        return any(
            is_shut(capacity=max(0, slot.capacity - kept_back), closed=bool(slot.closed))
            for slot in self._slots_of(run)
        )

    def fullness(self, run: Run) -> int:
        """Return the places taken in the fullest slot of a run beyond its capacity; below zero, as many are left."""
        return max(slot.taken - slot.capacity for slot in self._slots_of(run))

    def _slots_of(self, run: Run) -> list[SeenSlot]:
        """Return the slots of a run; those without a row are as the desk has them."""
        without_row = SeenSlot(run.desk.capacity, 0, 0, False)
        return [self.rows.get((run.desk.id, as_stored(slot.starts_at)), without_row) for slot in run.slots]


def slots_asked(store_id: int, runs: Sequence[Run]) -> tuple[str, list[Any]]:
    """Return the end of a statement that reads the slots of runs, from FROM on, and its values."""
    starts = sorted({slot.starts_at for run in runs for slot in run.slots})
    return _SLOTS.format(starts=", ".join(["%s"] * len(starts))), [store_id, *map(as_stored, starts)]


def see_slots(store_id: int, runs: Sequence[Run]) -> SeenSlots:
    """Return the slots of runs as they are now. One statement."""
    asked, values = slots_asked(store_id, runs)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} {asked}", values)
        return SeenSlots.of_rows(cursor.fetchall())
