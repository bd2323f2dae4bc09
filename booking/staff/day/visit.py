"""The page of one visit: all that is known of it, and all that staff can do with it.

The day schedule shows the same part of it in the visit's row, where a script asks for that.
"""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from booking.bookings.day_schedule import visit_schedule
from booking.models import Booking
from booking.staff.access import StaffContext, at_visit, staff_page
from booking.staff.day.reschedule import visit_context
from booking.staff.visit_cards import CardMaker


@require_safe
@at_visit()
def visit_page(request: HttpRequest, at: StaffContext, booking: Booking) -> HttpResponseBase:
    """Show a visit; with `?part`, only what its row of the day schedule opens."""
    card = CardMaker(visit_schedule(booking, now=at.now)).card(booking)
    if "part" in request.GET:
        return render(request, "staff/day/visit_part.html", {"visit": card, "is_row": True, "store": at.store})
    context = {**visit_context(at, booking), "visit": card, "badge": card.badge}
    return staff_page(request, at, "staff/day/visit.html", context)
