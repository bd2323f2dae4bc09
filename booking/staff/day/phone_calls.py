"""The list of customers to phone on the day schedule, and the tap that takes one off it."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_POST

from booking.bookings.phone_calls import note_phoned
from booking.models import Booking
from booking.staff.access import StaffContext, at_visit
from booking.staff.redirects import back_to_day
from booking.who import Who


@require_POST
@at_visit()
def phoned(request: HttpRequest, at: StaffContext, booking: Booking) -> HttpResponseBase:
    """Note that staff have phoned the customer."""
    return back_to_day(note_phoned(booking_id=booking.pk, who=Who.staff(at.user, at.now)), done="phoned")
