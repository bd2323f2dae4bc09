"""Customers to phone on any day to come, and the tap that takes one off the list."""

from collections.abc import Iterable
from itertools import groupby

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from booking.bookings.phone_calls import note_phoned
from booking.bookings.untold_visits import UntoldVisit, untold_schedule, untold_visits
from booking.models import Booking
from booking.staff.access import StaffContext, at_store, at_visit, staff_page
from booking.staff.redirects import back_to_day
from booking.staff.visit_cards import CardMaker
from booking.staff.visit_messages import MessageLines
from booking.web.responses import see_other
from booking.who import Who

PAGE = "to-phone"
MOST_LISTED = 200


def visits_to_phone(at: StaffContext) -> list[UntoldVisit]:
    """Return the visits to come, of any day, whose customers somebody should phone; one statement."""
    untold = untold_visits(store_id=at.store.pk, slug=at.store.slug, now=at.now)
    return list(_to_phone(untold))


def _to_phone(visits: Iterable[UntoldVisit]) -> Iterable[UntoldVisit]:
    lines = MessageLines()
    for visit in visits:
        if any(line.is_trouble for line in lines.of(visit.deliveries, phoned_at=visit.phoned_at)):
            yield visit


@require_safe
@at_store()
def to_phone_page(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show whom to phone, day by day."""
    visits = visits_to_phone(at)
    schedule = untold_schedule(visits[:MOST_LISTED], store=at.store.slug, now=at.now)
    cards = CardMaker(schedule).cards()
    context = {
        "section": "day",
        "count": len(visits),
        "days": [(day, list(found)) for day, found in groupby(cards, key=lambda card: card.booking.visit_date)],
        "most_listed": MOST_LISTED if len(visits) > MOST_LISTED else None,
        "is_done": request.GET.get("done") == "phoned",
    }
    return staff_page(request, at, "staff/day/to_phone_days.html", context)


@require_POST
@at_visit()
def phoned(request: HttpRequest, at: StaffContext, booking: Booking) -> HttpResponseBase:
    """Note that staff have phoned the customer; back to the list or the day from which it was tapped."""
    phoned = note_phoned(booking_id=booking.pk, who=Who.staff(at.user, at.now))
    if request.POST.get("page") == PAGE:
        return see_other(f"{reverse('staff-to-phone', args=[at.store.slug])}?done=phoned")
    return back_to_day(phoned, done="phoned")
