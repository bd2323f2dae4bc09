"""The page that says that a time is no longer available, with the alternatives."""

from django.http import HttpRequest, HttpResponse

from booking.customer.alternatives import ways_on
from booking.customer.book.booking_step import BookingStep
from booking.customer.book.choose import choose_page
from booking.customer.book.unmet_demand import note_full
from booking.formatting import refusal_sentence
from booking.refusals import Refusal
from booking.tokens import read_hold_token
from booking.web.forms import FormProblem
from booking.web.rendering import customer_page

ANOTHER_TIME_HELPS = frozenset(
    {Refusal.SLOT_FULL, Refusal.SLOT_CLOSED, Refusal.TOO_SOON, Refusal.TOO_FAR_AHEAD, Refusal.HOLD_EXPIRED}
)


def gone_page(request: HttpRequest, step: BookingStep, refusal: Refusal) -> HttpResponse:
    """Say why the time cannot be booked, with the alternatives; what was typed is kept and shown."""
    problem = FormProblem(refusal_sentence(refusal))
    found = None
    if refusal in ANOTHER_TIME_HELPS:
        own_hold = read_hold_token(step.hold) or ""
        if refusal == Refusal.SLOT_FULL:
            note_full(request, step)
        found = ways_on(step.store, step.rules, step.asked, own_hold=own_hold, now=step.now)
    if not step.typed:
        return choose_page(request, step, problems=[problem], ways_on=found, status=409)
    context = {**step.context([problem]), "form_key": step.known_key, "ways_on": found, "typed": step.typed}
    return customer_page(request, "book/unavailable", context, status=409)
