"""Wishes of customers about text messages, from the page of a visit: none any more, or again.

They hold for the number, as the words STOP and START do by text. The page tells only what was done on it: whether a
number stopped texts elsewhere would tell of other visits.
"""

from datetime import datetime

from django.db import transaction

from booking.bookings.changes import note_change
from booking.bookings.lifecycle import lock_booking
from booking.customer_input import can_be_texted
from booking.models import Booking, BookingEvent, EventKind
from booking.who import Who
from notifications import sms_recipients

# After another contact, what was pressed before was about another number.
_TOLD = (EventKind.TEXTS_STOPPED, EventKind.TEXTS_RESUMED, EventKind.CONTACT_CORRECTED)


@transaction.atomic
def stop_texts(*, booking_id: int, now: datetime) -> Booking:
    """Send no more texts to the number of a visit; again, or without a number for texts: this changes nothing."""
    booking = lock_booking(booking_id)
    if can_be_texted(booking.phone) and not has_stopped_texts(booking):
        sms_recipients.opt_out(booking.phone, now=now, by_page=True)
        note_change(booking, EventKind.TEXTS_STOPPED, who=Who.customer(now), days={booking.visit_date})
    return booking


@transaction.atomic
def resume_texts(*, booking_id: int, now: datetime) -> Booking:
    """Send texts to the number of a visit again, if they were stopped on its page.

    Whoever stopped them by text starts them by text: a stranger who books with that number cannot.
    """
    booking = lock_booking(booking_id)
    if has_stopped_texts(booking):
        sms_recipients.opt_in_by_page(booking.phone)
        note_change(booking, EventKind.TEXTS_RESUMED, who=Who.customer(now), days={booking.visit_date})
    return booking


def has_stopped_texts(booking: Booking) -> bool:
    """Tell whether texts were stopped on this visit's page, and nobody has started them since. Two statements."""
    told = BookingEvent.objects.filter(booking=booking, kind__in=_TOLD).order_by("-pk")
    if told.values_list("kind", flat=True).first() != EventKind.TEXTS_STOPPED:
        return False
    return sms_recipients.wants_no_texts(booking.phone)
