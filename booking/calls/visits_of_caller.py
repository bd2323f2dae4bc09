"""Visits of somebody who phones: those to come, and the one that a step is about."""

from booking.bookings.customer_visits import Contact, visits_to_come
from booking.calls.place import Place
from booking.calls.replies import Caller
from booking.models import Booking
from booking.policy import may_change


def _booked_at(place: Place, caller: Caller) -> Booking | None:
    """Return the visit that this caller has at the chosen time already."""
    same = (place.kind, place.times[0])
    return next((one for one in _visits(caller) if (one.visit_type.slug, one.starts_at) == same), None)


def _visits(caller: Caller) -> list[Booking]:
    """Return the caller's visits at this store that are still to come."""
    visits = visits_to_come(Contact(phone=caller.call.caller), now=caller.now)
    return [one for one in visits if one.store_id == caller.rules.id and one.starts_at > caller.now]


def _named(place: Place, caller: Caller) -> Booking | None:
    """Return the visit that the call is about; None where it is no visit of this caller any more."""
    return next((one for one in _visits(caller) if one.reference == place.visit), None)


def _may_move(visit: Booking, caller: Caller) -> bool:
    return may_change(
        status=visit.status,
        starts_at=visit.starts_at,
        now=caller.now,
        change_until_minutes=visit.store.change_until_minutes,
        answer_until=visit.answer_until,
    )
