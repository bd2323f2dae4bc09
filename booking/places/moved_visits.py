"""A visit that is to move: what it takes now is free for it. Nothing here writes."""

from dataclasses import dataclass
from datetime import datetime

from booking.models import Booking, Hold
from booking.places.places_left import ExpiredHold


@dataclass(frozen=True, slots=True)
class MovedVisit:
    """A visit that looks for another time; `gives_back` are its places, and those of other times kept for it."""

    booking_id: int
    desk_id: int
    starts_at: datetime
    gives_back: tuple[ExpiredHold, ...]


def moved_visit(booking: Booking) -> MovedVisit:
    """Return a booking as one that looks for another time. One statement if other times are kept for it, else none."""
    kept = booking.kept_times.all() if booking.answer_until else ()
    own = [_given_back(booking, from_web=booking.takes_web_places), *(_given_back(one, from_web=True) for one in kept)]
    return MovedVisit(booking.pk, booking.desk_id, booking.starts_at, tuple(own))


def _given_back(one: Booking | Hold, *, from_web: bool) -> ExpiredHold:
    return ExpiredHold(one.desk_id, one.taken_from, one.taken_until, one.places, from_web)
