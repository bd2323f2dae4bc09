"""Refusals of times that cannot be booked: the time is closed, or it is full."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from booking.places.claims import Run
from booking.places.fit import is_shut
from booking.places.places_left import slot_rows
from booking.refusals import NoPlace, Refusal
from stores.slots import StoreRules


def refused_without_place(rules: StoreRules, runs: Sequence[Run], *, from_web: bool) -> NoPlace:
    """Return the refusal for runs without a place: closed if all of them are closed, else full."""
    is_closed = all_are_shut(rules, runs, from_web=from_web)
    return NoPlace(Refusal.SLOT_CLOSED if is_closed else Refusal.SLOT_FULL)


def all_are_shut(rules: StoreRules, runs: Sequence[Run], *, from_web: bool) -> bool:
    """Tell whether no run could ever be booked: each has a slot that is closed or has no place for the web."""
    if not runs:
        return True
    first = min(run.starts_at for run in runs)
    known = {
        (desk_id, starts_at): (capacity, closed)
        for desk_id, starts_at, _, capacity, _, _, closed in slot_rows(
            rules.id, first=first, last=max(run.ends_at for run in runs)
        )
    }
    return all(_is_shut(run, known, from_web=from_web) for run in runs)


def _is_shut(run: Run, known: Mapping[tuple[int, datetime], tuple[int, bool]], *, from_web: bool) -> bool:
    kept_back = run.desk.kept_back if from_web else 0
    slots: Collection[tuple[int, bool]] = [
        known.get((run.desk.id, slot.starts_at), (run.desk.capacity, False)) for slot in run.slots
    ]
    return any(is_shut(capacity=max(0, capacity - kept_back), closed=closed) for capacity, closed in slots)
