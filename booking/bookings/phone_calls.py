"""Phone calls by staff: a customer whom no message reached was phoned, so their visit leaves the list to phone."""

from django.db import transaction

from booking.bookings.changes import note_change
from booking.bookings.lifecycle import lock_booking
from booking.models import Booking, EventKind
from booking.who import Who


@transaction.atomic
def note_phoned(*, booking_id: int, who: Who) -> Booking:
    """Note that staff told a customer by phone what no message told them; any status, and again after new trouble."""
    booking = lock_booking(booking_id)
    booking.phoned_at = booking.updated_at = who.now
    booking.save(update_fields=["phoned_at", "updated_at"])
    note_change(booking, EventKind.PHONED, who=who, days={booking.visit_date})
    return booking
