"""The answer to a form that was already used for a booking. The browser that made the booking sees the visit."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from booking.bookings.queries import booking_by_reference
from booking.customer.access import BOOKING_KEY
from booking.customer.book.booking_step import BookingStep
from booking.customer.book.step_view import with_booking_step
from booking.idempotency import FormUsed
from booking.models import Booking, Status
from booking.web.rendering import customer_page
from booking.web.responses import see_other


def booked_page(request: HttpRequest, step: BookingStep, reference: str) -> HttpResponse | None:
    """Return the page that shows the booked visit with its link, or None where the booking no longer exists.

    The caller has checked that this browser made the booking.
    """
    booking = booking_by_reference(reference) if reference else None
    if booking is None or booking.erased_at is not None or booking.status == Status.CANCELLED:
        return None
    response = customer_page(request, "book/already", {**step.context(), "booking": booking})
    _give_first_key(response, booking)
    return response


def lead_to_booked(step: BookingStep, booking: Booking) -> HttpResponse:
    """Redirect to the confirmation of the booking that this form made, just now or earlier."""
    response = see_other(reverse("manage-booked", args=[booking.reference]))
    _give_first_key(response, booking)
    return step.remembered(response, booked=booking.reference)


def _give_first_key(response: HttpResponse, booking: Booking) -> None:
    """Let the browser that made the booking open it, unless its customer has renewed the link since."""
    if not booking.link_number:
        BOOKING_KEY.give(response, booking)


def lead_to_used(request: HttpRequest, step: BookingStep, used: FormUsed) -> HttpResponse:
    """Redirect from a form that made a different booking: to that booking where this browser may open it."""
    booking = booking_by_reference(used.subject)
    if booking is not None and BOOKING_KEY.is_held(request, booking):
        return see_other(f"{reverse('manage', args=[used.subject])}?done=already")
    return see_other(step.url_of("book-already"))


@partial(with_booking_step, methods=("GET", "HEAD"), may_wait=False)
def already(request: HttpRequest, step: BookingStep) -> HttpResponse:
    """Say that the form was used before, without any detail of the booking it made."""
    return customer_page(request, "book/already", step.context())
