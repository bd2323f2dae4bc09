"""The pages of a rush: the customer's device does a proof of work before it books, or the customer waits."""

from functools import partial

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from booking import limits
from booking.customer.book.booking_step import BookingStep
from booking.customer.book.step_view import with_booking_step
from booking.customer.rate_limit_page import refuse_until
from booking.web.middleware import rate_limited
from booking.web.proof_of_work import TOKEN_FIELD, Verdict, challenge_in, check, new_challenge
from booking.web.rendering import customer_page

PRECONDITION_REQUIRED = 428
_GOES_ON = {"hold": "book-hold", "check": "book-check", "confirm": "book-confirm"}
_SENT_AGAIN = ("checked", "again")  # what the check page has already asked for


def moment_first(step: BookingStep, *, to: str) -> HttpResponse | None:
    """Count a try at a store. Redirect to the proof of work, or return None where the try may go on.

    What was typed is remembered, so nothing is lost.
    """
    sent = step.request.POST.dict()
    verdict = check(sent, step.rules.slug, now=step.now, tries=step.tries, has_waited=step.has_waited)
    if verdict is Verdict.FINE:
        return None
    kept = verdict is not Verdict.MISSING and challenge_in(sent, step.rules.slug, now=step.now) is not None
    said = {name: "1" for name in _SENT_AGAIN if sent.get(name)}
    asked = {TOKEN_FIELD: sent[TOKEN_FIELD] if kept else "", "because": verdict.name.lower()}
    return step.lead_to("book-moment", to=to, **asked, **said)


@partial(with_booking_step, methods=("GET", "HEAD"), may_wait=False)
def moment(request: HttpRequest, step: BookingStep) -> HttpResponse:
    """Show the page of the proof of work, and go on from there."""
    because = request.GET.get("because", "")
    kept = challenge_in(request.GET.dict(), step.rules.slug, now=step.now)
    context = {
        **step.context(),
        "challenge": kept or new_challenge(step.rules.slug, now=step.now, tries=step.tries),
        "is_early": kept is not None and because == Verdict.TOO_EARLY.name.lower(),
        "is_crowded": kept is not None and because == Verdict.CROWDED.name.lower(),
        "action": reverse(_GOES_ON.get(request.GET.get("to", ""), "book-hold"), args=[step.store.slug]),
        "sent_again": [name for name in _SENT_AGAIN if request.GET.get(name)],
    }
    return customer_page(request, "book/rush_gate", context, status=PRECONDITION_REQUIRED)


@partial(with_booking_step, methods=("GET", "HEAD"), may_wait=False)
def later(request: HttpRequest, step: BookingStep) -> HttpResponseBase:
    """Say that there were too many tries and when to try again; lead back to the details once that is over.

    What was typed is kept.
    """
    try:
        refuse_until(request, now=step.now)
    except limits.RateLimited as limited:
        return rate_limited(request, limited, store=step.store)
    return step.lead_to("book-details")
