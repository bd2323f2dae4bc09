"""The answer to a form that has booked already: the visit, where this browser made it."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from booking.bookings.queries import booking_by_reference
from booking.customer.access import BOOKING_KEY
from booking.customer.book.booking_step import BookingStep, with_booking_step
from booking.idempotency import FormUsed
from booking.models import Booking, Status
from booking.web.rendering import customer_page
from booking.web.responses import see_other


def booked_page(request: HttpRequest, step: BookingStep, reference: str) -> HttpResponse | None:
    """Return the page that says which visit is booked, with its link; None where there is none any more.

    The caller knows that this browser booked it.
    """
    booking = booking_by_reference(reference) if reference else None
    if booking is None or booking.erased_at is not None or booking.status == Status.CANCELLED:
        return None
    response = customer_page(request, "book/already", {**step.context(), "booking": booking})
    _give_first_key(response, booking)
    return response


def lead_to_booked(step: BookingStep, booking: Booking) -> HttpResponse:
    """Lead to the confirmation of what this form has just booked, or had before."""
    response = see_other(reverse("manage-booked", args=[booking.reference]))
    _give_first_key(response, booking)
    return step.remembered(response, booked=booking.reference)


def _give_first_key(response: HttpResponse, booking: Booking) -> None:
    """Let the browser that booked it open the visit, unless its customer has made a new link since."""
    if not booking.link_number:
        BOOKING_KEY.give(response, booking)


def lead_to_used(request: HttpRequest, step: BookingStep, used: FormUsed) -> HttpResponse:
    """Lead on from a form that has booked something else: to that visit where this browser may open it."""
    booking = booking_by_reference(used.subject)
    if booking is not None and BOOKING_KEY.is_held(request, booking):
        return see_other(f"{reverse('manage', args=[used.subject])}?done=already")
    return see_other(step.url_of("book-already"))


@partial(with_booking_step, methods=("GET", "HEAD"))
def already(request: HttpRequest, step: BookingStep) -> HttpResponse:
    """Say that a form was used before, and nothing of what was booked with it."""
    return customer_page(request, "book/already", step.context())
