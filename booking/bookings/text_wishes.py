"""Wishes of customers about text messages, from the page of a visit: none about it any more, or again.

They hold for the visit alone, as anybody may book with any number: no press may keep texts about other visits from the
person who has the phone. Whoever has it texts STOP, which holds for the number.
"""

from datetime import datetime

from django.db import transaction

from booking.bookings.changes import note_change
from booking.bookings.lifecycle import lock_booking
from booking.customer_input import can_be_texted
from booking.models import Booking, EventKind
from booking.who import Who


def stop_texts(*, booking_id: int, now: datetime) -> Booking:
    """Send no more texts about a visit; again, or without a number for texts: this changes nothing."""
    return _wish(booking_id, wants_none=True, now=now)


def resume_texts(*, booking_id: int, now: datetime) -> Booking:
    """Send texts about a visit again; where none were stopped, this changes nothing."""
    return _wish(booking_id, wants_none=False, now=now)


@transaction.atomic
def _wish(booking_id: int, *, wants_none: bool, now: datetime) -> Booking:
    booking = lock_booking(booking_id)
    if booking.erased_at is None and can_be_texted(booking.phone) and booking.wants_no_texts != wants_none:
        booking.wants_no_texts, booking.updated_at = wants_none, now
        booking.save(update_fields=["wants_no_texts", "updated_at"])
        kind = EventKind.TEXTS_STOPPED if wants_none else EventKind.TEXTS_RESUMED
        note_change(booking, kind, who=Who.customer(now), days={booking.visit_date})
    return booking
