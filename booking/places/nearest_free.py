"""Free times near a wanted one. Nothing here writes."""

from datetime import datetime

from booking.places.availability import FreeSlot, availability
from stores.hours import ONE_DAY


def nearest_free(  # noqa: PLR0913 -- the question of `availability`, around an instant
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
) -> list[FreeSlot]:
    """Return the free starts nearest to a wanted one, by time; none for an unknown store or type.

    The wanted start is among them only with `with_wanted`: usually it has just been refused. `is_booked` is for a visit
    that is being moved.
    """
    wanted = starts_at.date()
    try:
        answer = availability(
            store=store,
            visit_type=visit_type,
            from_date=wanted - 7 * ONE_DAY,
            to_date=wanted + 21 * ONE_DAY,
            party_size=party_size,
            now=now,
            by_staff=by_staff,
            desk=desk,
            own_hold=own_hold,
            is_booked=is_booked,
        )
    except (LookupError, OverflowError):
        return []
    free = [slot for day in answer.days for slot in day.slots if with_wanted or slot.starts_at != starts_at]
    nearest = sorted(free, key=lambda slot: abs(slot.starts_at - starts_at))[:limit]
    return sorted(nearest, key=lambda slot: slot.starts_at)
