"""Query of one booking by its reference."""

from booking.models import Booking
from booking.tokens import read_reference


def booking_by_reference(reference: str) -> Booking | None:
    """Return a booking with its store, desk and visit type, by its reference in any spelling."""
    plain = read_reference(reference)
    if plain is None:
        return None
    return next(iter(Booking.objects.select_related("store", "desk", "visit_type").filter(reference=plain)), None)
