"""The presses that send texts at night, which would wait for the morning: of one visit, or of a change's visits."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from booking.bookings.night_texts import text_at_once, waiting_for_morning
from booking.models import Booking
from booking.staff.access import StaffContext, at_store, at_visit
from booking.staff.affected_visits import MOST_VISITS
from booking.staff.redirects import back_to_day
from booking.web.responses import see_other
from booking.who import Who
from stores.models import Role


@require_POST
@at_visit()
def text_visit_now(request: HttpRequest, at: StaffContext, booking: Booking) -> HttpResponseBase:
    """Send the texts of one visit now."""
    return back_to_day(text_at_once(booking_id=booking.pk, who=Who.staff(at.user, at.now)), done="texted")


@require_POST
@at_store(need=Role.MANAGER, come_back="staff-day")
def text_visits_now(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Send the texts of several visits now: those that a change of hours or times touched."""
    named = request.POST.getlist("visit")[:MOST_VISITS]
    visits = Booking.objects.filter(store=at.store, reference__in=waiting_for_morning(named)).order_by("pk")
    for visit_id in list(visits.values_list("pk", flat=True)):
        text_at_once(booking_id=visit_id, who=Who.staff(at.user, at.now))
    return see_other(f"{reverse('staff-day', args=[at.store.slug])}?done=texted")
