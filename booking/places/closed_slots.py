"""Refusals of times that cannot be booked: the time is closed, or it is full."""

from collections.abc import Sequence

from booking.places.runs import Run
from booking.places.seen_slots import SeenSlots, see_slots
from booking.refusals import NoPlace, Refusal
from stores.slots import StoreRules


def refused_without_place(
    rules: StoreRules, runs: Sequence[Run], *, from_web: bool, seen: SeenSlots | None = None
) -> NoPlace:
    """Return the refusal for runs without a place: closed if all of them are closed, else full.

    One statement, none with what has been `seen` of their slots.
    """
    is_closed = all_are_shut(rules, runs, from_web=from_web, seen=seen)
    return NoPlace(Refusal.SLOT_CLOSED if is_closed else Refusal.SLOT_FULL)


def all_are_shut(rules: StoreRules, runs: Sequence[Run], *, from_web: bool, seen: SeenSlots | None = None) -> bool:
    """Tell whether no run could ever be booked: each has a slot that is closed or has no place for the web."""
    if not runs:
        return True
    slots = seen or see_slots(rules.id, runs)
    return all(slots.are_shut(run, from_web=from_web) for run in runs)
