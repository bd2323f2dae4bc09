"""The page for the customer's details: name, contact, and the store's questions. Its button books the visit."""

from dataclasses import replace
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from booking.bookings.form_idempotency import reference_booked_by
from booking.customer.book.booked import booked_page
from booking.customer.book.booking_step import BookingStep
from booking.customer.book.choose import choose_page
from booking.customer.book.detail_questions import ASK, CHECK, NAME, THEN, DetailQuestions
from booking.customer.book.hold_state import kept_words
from booking.customer.book.own_visits import own_visits_words, share_is_used
from booking.customer.book.question_page import Told, question_page
from booking.customer.book.step_view import with_booking_step
from booking.customer.book.unavailable import ANOTHER_TIME_HELPS, gone_page
from booking.customer.book.way_cookie import new_way
from booking.customer.forms import DetailsForm
from booking.formatting import refusal_sentence
from booking.refusals import Refusal
from booking.web.forms import FormProblem
from booking.web.rendering import customer_page, reader_choice_of

# The values of the page's address that tell what happened to an earlier form.
AGAIN, NOT_REMEMBERED = "again", "not_remembered"


@with_booking_step
def details(request: HttpRequest, step: BookingStep) -> HttpResponse:
    """Ask for the customer's details. A form sent here is remembered, and shown at its address in any language."""
    if step.is_unread:
        return step.lead_to_times() if request.method == "POST" else choose_page(request, step)
    if request.method == "POST":
        return step.lead_to("book-details", **_asked(step))
    before = _booked_before(step)
    if before:
        booked = booked_page(request, step, before)
        if booked is not None:
            return booked
        step = replace(step, way=new_way(step.rules.slug))  # that booking was cancelled since: this is a new visit
    if step.kept is None and not step.is_free():
        return gone_page(request, step, _told_refusal(request) or step.why_not())
    response = details_page(request, step)
    return response if step.way.is_remembered else step.remembered(response)


def _booked_before(step: BookingStep) -> str:
    """Return the reference of the booking that this form has made, "" for none.

    The answer to the booking may have been lost on its way. Then its form identifies the booking, and the hold has
    ended.
    """
    if step.way.booked or step.kept is not None or not step.way.browser:
        return step.way.booked
    return reference_booked_by(key=step.way.key, browser=step.way.browser, now=step.now) or ""


def _asked(step: BookingStep) -> dict[str, str]:
    """Return the question of the simple version that a form belongs to or goes back to, for its page's address."""
    sent, questions = step.request.POST, DetailQuestions(step.form)
    return {ASK: questions.read(sent.get("to") or sent.get(ASK, "")), THEN: CHECK if sent.get(THEN) == CHECK else ""}


def details_page(request: HttpRequest, step: BookingStep) -> HttpResponse:
    """Show the form; where the address asks for it, as it was sent, with its problems on top.

    In the simple version, show one question of it.
    """
    told = _told(request, step)
    more = {"is_share_used": _told_refusal(request) is Refusal.TOO_MANY_OPEN_BOOKINGS}
    if reader_choice_of(request).is_simple:
        return question_page(request, step, told, more)
    form = _sent_before(step) if told.was_sent else _unjudged(step)
    problems = [*told.problems, *(form.problems() if form.is_bound else ())]
    context = {
        **more,
        **step.context(problems),
        **kept_words(step),
        **own_visits_words(request, step),
        "form": form,
        "challenge": step.challenge,
    }
    return customer_page(request, "book/details", context, status=told.status_with(problems))


def _told(request: HttpRequest, step: BookingStep) -> Told:
    """Return what the address tells of an earlier form."""
    why, refusal = request.GET.get("why", ""), _told_refusal(request)
    is_simple = reader_choice_of(request).is_simple
    follows = is_simple and request.GET.get(ASK, NAME) != NAME
    if (why in (AGAIN, NOT_REMEMBERED) or follows) and not step.way.is_remembered:
        return Told([FormProblem(not_remembered_sentence(is_simple=is_simple))], HTTPStatus.BAD_REQUEST, is_lost=True)
    if refusal is Refusal.TOO_MANY_OPEN_BOOKINGS:
        return Told([FormProblem(share_is_used(step.rules))], HTTPStatus.CONFLICT)
    if refusal is not None and refusal not in ANOTHER_TIME_HELPS:
        return Told([FormProblem(refusal_sentence(refusal))], HTTPStatus.CONFLICT)
    return Told([], HTTPStatus.OK, was_sent=why == AGAIN)


def _sent_before(step: BookingStep) -> DetailsForm:
    """Return the form bound to what was sent, even if that was empty."""
    rules = step.rules
    return DetailsForm(dict(step.way.typed), country=rules.country, questions=step.form.questions, messages=rules)


def _unjudged(step: BookingStep) -> DetailsForm:
    """Return the form with what was typed in it, not validated yet."""
    rules = step.rules
    return DetailsForm(initial=step.typed, country=rules.country, questions=step.form.questions, messages=rules)


def _told_refusal(request: HttpRequest) -> Refusal | None:
    try:
        return Refusal(request.GET.get("why", ""))
    except ValueError:
        return None


def not_remembered_sentence(*, is_simple: bool) -> str:
    """Return what a browser that keeps no cookies is told, once something typed is lost by that."""
    if is_simple:
        return _("Your answers are lost. Allow cookies in your browser. Or phone the store.")
    return _(
        "Your browser did not keep what you typed for the next page. Allow cookies for this site, or phone the store."
    )
