"""Starts that can take a party, from the places left in slots and the visits that the rules allow. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from booking.places.at_once import KindVisits
from stores.slots import StoreRules
from stores.visit_runs import VisitRun


class FreeSlot(NamedTuple):
    """A start that can take the party; `ends_at` is the end of the visit, `places_left` counts all desks."""

    starts_at: datetime
    ends_at: datetime
    places_left: int


def starts_with_places(
    rules: StoreRules,
    runs_by_desk: Mapping[int, Sequence[VisitRun]],
    left: Mapping[tuple[int, datetime], int],
    *,
    needed: int,
    by_staff: bool,
) -> list[FreeSlot]:
    """Return the starts at which some desk has the places needed, by time; `left` are the places by desk and start."""
    totals: dict[datetime, tuple[datetime, int, bool]] = {}
    for desk in rules.desks:
        untouched = desk.capacity - (0 if by_staff else desk.kept_back)
        for starts_at, ends_at, slots in runs_by_desk.get(desk.id, ()):
            places = left.get((desk.id, slots[0].starts_at), untouched)
            for slot in slots[1:]:
                places = min(places, left.get((desk.id, slot.starts_at), untouched))
            if places <= 0:
                continue
            _, others, can_take = totals.get(starts_at, (None, 0, False))
            totals[starts_at] = (ends_at, places + others, can_take or places >= needed)
    found = [
        FreeSlot(starts_at, ends_at, places) for starts_at, (ends_at, places, can_take) in totals.items() if can_take
    ]
    return sorted(found) if len(rules.desks) > 1 else found


def with_room_for_kind(found: list[FreeSlot], there: KindVisits, *, counts_people: bool) -> list[FreeSlot]:
    """Return the starts at which one more visit of the kind may go on; all of them where any number may."""
    if there.most is None:
        return found
    left = {slot.starts_at: there.left(slot) or 0 for slot in found}
    free = [slot for slot in found if left[slot.starts_at]]
    if counts_people:
        return free
    return [slot._replace(places_left=min(slot.places_left, left[slot.starts_at])) for slot in free]
