"""Free times near a wanted one. Nothing here writes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from booking.places.availability import Availability, FreeSlot, availability
from stores.hours import ONE_DAY, day_start

_STRETCHES = ((1, 1), (7, 21))  # days before and after; where times are free, the nearest are found in the first


class NearTimes(NamedTuple):
    """Free starts near a wanted one, by time, and the store's zone; None for an unknown store or type."""

    slots: list[FreeSlot]
    zone: ZoneInfo | None


def nearest_free(**question: Any) -> list[FreeSlot]:
    """Return the free starts that `near_times` finds."""
    return near_times(**question).slots


def near_times(  # noqa: PLR0913 -- the question of `availability`, around an instant
    *,
    store: str,
    visit_type: str,
    starts_at: datetime,
    party_size: int,
    now: datetime,
    limit: int = 3,
    by_staff: bool = False,
    desk: str = "",
    own_hold: str = "",
    is_booked: bool = False,
    with_wanted: bool = False,
) -> NearTimes:
    """Return the free starts nearest to a wanted one; none for an unknown store or type.

    The wanted start is among them only with `with_wanted`: usually it has just been refused. `is_booked` is for a visit
    that is being moved.
    """
    wanted = starts_at.date()
    for days_before, days_after in _STRETCHES:
        try:
            answer = availability(
                store=store,
                visit_type=visit_type,
                from_date=wanted - days_before * ONE_DAY,
                to_date=wanted + days_after * ONE_DAY,
                party_size=party_size,
                now=now,
                by_staff=by_staff,
                desk=desk,
                own_hold=own_hold,
                is_booked=is_booked,
            )
        except (LookupError, OverflowError):
            return NearTimes([], None)
        free = [slot for day in answer.days for slot in day.slots if with_wanted or slot.starts_at != starts_at]
        nearest = sorted(free, key=lambda slot: abs(slot.starts_at - starts_at))[:limit]
        if len(nearest) == limit and _are_nearest(nearest, starts_at, answer):
            break
    return NearTimes(sorted(nearest, key=lambda slot: slot.starts_at), answer.rules.zone)


def _are_nearest(found: Sequence[FreeSlot], wanted: datetime, answer: Availability) -> bool:
    """Tell whether no start outside of the answer's days can be as near as these."""
    zone, days = answer.rules.zone, answer.days
    farthest = max(abs(slot.starts_at - wanted) for slot in found)
    begins, ends = day_start(days[0].date, zone), day_start(days[-1].date + ONE_DAY, zone)
    return wanted - farthest > begins and wanted + farthest < ends
