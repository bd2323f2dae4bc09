"""Renewal of the link to a booking by its customer; the old link no longer works."""

from datetime import datetime

from django.db import transaction

from booking.bookings.lifecycle import lock_booking
from booking.models import Booking


@transaction.atomic
def renew_link(*, booking_id: int, now: datetime) -> Booking:
    """End every link to a booking, also in messages already sent; later messages have the new link."""
    booking = lock_booking(booking_id)
    booking.link_number += 1
    booking.updated_at = now
    booking.save(update_fields=["link_number", "updated_at"])
    return booking
