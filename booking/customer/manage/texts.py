"""The switch "no text messages" of a booking's page, for whoever cannot answer STOP."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.timezone import now as clock_now
from django.views.decorators.http import require_http_methods

from booking.bookings.text_wishes import resume_texts, stop_texts
from booking.customer.access import opened_by_key
from booking.customer.manage.page import done
from booking.messages.booking_messages import can_be_answered
from booking.models import Booking


@require_http_methods(["GET", "HEAD", "POST"])
@opened_by_key
def texts(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """Stop texts about the visit, or send them again."""
    wish = request.POST.get("texts") if request.method == "POST" else None
    if wish == "off":
        return done(stop_texts(booking_id=booking.pk, now=clock_now()), "texts_off")
    if wish == "on":
        resume_texts(booking_id=booking.pk, now=clock_now())
        return done(booking, "texts_on_here" if can_be_answered() else "texts_on")
    return done(booking, "")
