"""The last step of a booking. One form makes one booking, however often it is sent."""

import json
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from booking import limits
from booking.bookings.form_idempotency import book_once, booked_before
from booking.bookings.lifecycle import book_visit
from booking.bookings.queries import booking_by_reference
from booking.customer.book.booked import lead_to_booked, lead_to_used
from booking.customer.book.booking_step import BookingStep
from booking.customer.book.check import SAME, lead_to_unfinished, needs_words
from booking.customer.book.hold_state import keep_place
from booking.customer.book.rush_gate import moment_first
from booking.customer.book.step_view import with_booking_step
from booking.customer_input import CustomerDetails
from booking.idempotency import FormUsed, SentForm
from booking.models import Booking, Source
from booking.refusals import BookingRefused, Refusal, SameVisit, while_offered
from booking.tokens import keyed_digest
from booking.web.rendering import reader_choice_of
from booking.web.responses import see_other


@with_booking_step
def confirm(request: HttpRequest, step: BookingStep) -> HttpResponse:
    """Book the visit and redirect to its confirmation page."""
    if request.method != "POST":
        return see_other(step.url_of("book"))
    again = booking_by_reference(step.way.booked) if step.way.booked and not step.typed else None
    if again is not None:  # the check page, sent again
        return lead_to_booked(step, again)
    unfinished = lead_to_unfinished(step)
    if unfinished is not None:
        return unfinished
    moment = moment_first(step, to="confirm")
    if moment is not None:
        return moment
    if needs_words(step) and not request.POST.get("checked"):
        return step.lead_to("book-check")
    try:
        if step.kept is None and step.kept_anywhere is not None:
            step = keep_place(step, to="")  # instead of another time that the customer has looked at since
        booking = _booking_of(request, step)
    except FormUsed as used:
        return lead_to_used(request, step, used)
    except SameVisit:
        return step.lead_to("book-check", why=SAME)
    except BookingRefused as refused:
        return step.lead_to("book-details", why=refused.reason)
    return lead_to_booked(step, booking)


def _booking_of(request: HttpRequest, step: BookingStep) -> Booking:
    """Book, or return the booking that this form has made before. Raises BookingRefused, FormUsed, RateLimited."""
    form, kept = _sent_form(step), step.kept
    before = booked_before(form, now=step.now)
    if before is not None:
        return before
    typed = step.form.cleaned_data
    limits.new_booking_at(request, step.rules.slug)
    limits.new_booking(typed["phone"], typed["email"])
    is_simple, may_repeat = reader_choice_of(request).is_simple, bool(request.POST.get("again"))
    book_it = partial(_book, step, is_simple=is_simple, may_repeat=may_repeat)
    try:
        with while_offered():
            return book_once(form, now=step.now, book=partial(book_it, hold=kept.token if kept else None))
    except BookingRefused as refused:
        if refused.reason != Refusal.HOLD_EXPIRED:
            raise
    # The hold expired just now: the time may still be free.
    with while_offered():
        return book_once(form, now=step.now, book=partial(book_it, hold=None))


def _sent_form(step: BookingStep) -> SentForm:
    """Return the identity of the form when it is sent again: all that was requested and typed."""
    typed = {name: value for name, value in step.form.cleaned_data.items() if name != "idempotency_key"}
    content = json.dumps(
        [step.rules.slug, *sorted(step.asked.parameters.items()), step.local_start, typed], default=str
    )
    return SentForm(step.way.key, keyed_digest("form", content), step.way.browser)


def _book(step: BookingStep, *, is_simple: bool, may_repeat: bool, hold: str | None) -> Booking:
    typed, asked = step.form.cleaned_data, step.asked
    assert asked.starts_at is not None  # noqa: S101 -- `lead_to_unfinished` has checked it
    return book_visit(
        store=step.rules.slug,
        visit_type=asked.visit_type.slug,
        starts_at=asked.starts_at,
        party_size=asked.party_size,
        customer=CustomerDetails(
            name=typed["name"],
            phone=typed["phone"],
            email=typed["email"],
            locale=(get_language() or "en")[:2],
            is_simple=is_simple,
            is_for_someone_else=typed["is_for_someone_else"],
        ),
        note=typed["note"],
        answers=step.form.answers(),
        source=Source.WEB,
        desk=asked.desk,
        language=asked.language,
        hold=hold,
        may_repeat=may_repeat,
        client=limits.client_digests(step.request),
        now=step.now,
    )
