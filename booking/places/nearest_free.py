"""Free times near a wanted one. Nothing here writes."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking.places.availability import Availability
from booking.places.days_state import Wish, read_state
from booking.places.free_starts import FreeSlot
from booking.places.free_times import free_times
from booking.refusals import UnknownVisitType
from stores.hours import ONE_DAY, day_start
from stores.queries import UnknownStore

_STRETCHES = ((1, 1), (7, 21))  # days before and after; where times are free, the nearest are found in the first


class NearTimes(NamedTuple):
    """Free starts near a wanted one, by time, and the store's zone; None for an unknown store or type."""

    slots: list[FreeSlot]
    zone: ZoneInfo | None


_NOWHERE = NearTimes([], None)


def nearest_free(
    wish: Wish, starts_at: datetime, *, now: datetime, limit: int = 3, with_wanted: bool = False
) -> list[FreeSlot]:
    """Return the free starts that `near_times` finds."""
    return near_times(wish, starts_at, now=now, limit=limit, with_wanted=with_wanted).slots


def near_times(
    wish: Wish, starts_at: datetime, *, now: datetime, limit: int = 3, with_wanted: bool = False
) -> NearTimes:
    """Return the free starts nearest to a wanted one; none for an unknown store or type.

    The wanted start is among them only with `with_wanted`: usually it has just been refused. One statement where the
    days around it are kept.
    """
    wanted = starts_at.date()
    before, after = _STRETCHES[-1]
    try:
        state = read_state(wish, wanted - before * ONE_DAY, wanted + after * ONE_DAY, now=now)
        if state is None:
            return _NOWHERE
        for before, after in _STRETCHES:
            days = state.between(wanted - before * ONE_DAY, wanted + after * ONE_DAY)
            answer = free_times(wish, days, now=now).answer
            free = [slot for day in answer.days for slot in day.slots if with_wanted or slot.starts_at != starts_at]
            nearest = sorted(free, key=lambda slot: abs(slot.starts_at - starts_at))[:limit]
            if len(nearest) == limit and _are_nearest(nearest, starts_at, answer):
                break
    except (UnknownStore, UnknownVisitType, OverflowError):
        return _NOWHERE
    return NearTimes(sorted(nearest, key=lambda slot: slot.starts_at), answer.rules.zone)


def _are_nearest(found: Sequence[FreeSlot], wanted: datetime, answer: Availability) -> bool:
    """Tell whether no start outside of the answer's days can be as near as these."""
    zone, days = answer.rules.zone, answer.days
    farthest = max(abs(slot.starts_at - wanted) for slot in found)
    begins, ends = day_start(days[0].date, zone), day_start(days[-1].date + ONE_DAY, zone)
    return wanted - farthest > begins and wanted + farthest < ends
