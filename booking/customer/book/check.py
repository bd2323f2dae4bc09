"""The check page before a booking: in the simple version, and where the customer must be told something first."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from booking.bookings.customer_visits import same_visit
from booking.customer.access import BOOKING_KEY
from booking.customer.book.booked import booked_page
from booking.customer.book.booking_step import BookingStep
from booking.customer.book.detail_questions import CHANGE, CHECK, EMAIL, NAME, NOTE, DetailQuestions, question_url
from booking.customer.book.details import AGAIN, NOT_REMEMBERED
from booking.customer.book.hold_state import keep_place, kept_words
from booking.customer.book.step_view import with_booking_step
from booking.customer_input import can_be_texted
from booking.models import Booking
from booking.refusals import BookingRefused
from booking.web.mail_domains import likely_meant
from booking.web.rendering import customer_page
from booking.web.responses import see_other

SAME = "same"


@with_booking_step
def check(request: HttpRequest, step: BookingStep) -> HttpResponse:
    """Show everything once more. Remember what is sent, and hold the time where it is not held yet."""
    return lead_to_check(step) if request.method == "POST" else _page(request, step)


def lead_to_check(step: BookingStep) -> HttpResponse:
    """Redirect to the check page, with the time held; or to the page on which something is still to be done."""
    unfinished = lead_to_unfinished(step)
    if unfinished is not None:
        return unfinished
    if step.way.booked:  # an old page, sent again: the details page says what it booked; no other place is held
        return step.lead_to("book-details")
    try:
        step = keep_place(step, to="check")
    except BookingRefused as refused:
        return step.lead_to("book-details", why=refused.reason)
    return step.lead_to("book-check")


def lead_to_unfinished(step: BookingStep) -> HttpResponse | None:
    """Redirect to the page on which something is still to be done; return None where nothing is missing."""
    if step.is_unread:
        return step.lead_to_times()
    if not step.typed and "name" not in step.request.POST:
        return step.lead_to("book-details", why=NOT_REMEMBERED)
    if not step.form.is_valid():
        return step.lead_to("book-details", why=AGAIN)
    return None


def needs_words(step: BookingStep) -> bool:
    """Tell whether the customer must be warned first: that no text message will come, or of a likely typing mistake."""
    return _is_not_textable(step) or bool(likely_meant(step.form.cleaned_data["email"]))


def _is_not_textable(step: BookingStep) -> bool:
    phone = step.form.cleaned_data["phone"]
    return bool(phone) and not can_be_texted(phone)


def _page(request: HttpRequest, step: BookingStep) -> HttpResponse:
    if step.is_unread:
        return see_other(step.url_of("book"))
    booked = booked_page(request, step, step.way.booked)
    if booked is not None:
        return booked
    if not step.typed or not step.form.is_valid():
        why = AGAIN if step.typed else NOT_REMEMBERED
        form = {"form": step.way.key} if step.typed else {}
        return see_other(step.url_of("book-details", starts_at=step.local_start, hold=step.hold, why=why, **form))
    context = {
        **step.context(),
        **kept_words(step),
        **_same_words(request, step),
        "typed": step.form.cleaned_data,
        "answers": step.form.answers_as_asked(),
        "challenge": step.challenge,
        "is_not_textable": _is_not_textable(step),
        "likely_email": likely_meant(step.form.cleaned_data["email"]),
        **_addresses(step),
    }
    return customer_page(request, "book/check", context)


def _addresses(step: BookingStep) -> dict[str, str]:
    """Return the pages on which something can be changed; the simple version has one for each question."""
    return {
        "before_url": question_url(step, DetailQuestions(step.form).in_order[-1]),
        "change_url": question_url(step, CHANGE),
        "name_url": question_url(step, NAME, then=CHECK),
        "email_url": question_url(step, EMAIL, then=CHECK),
        "note_url": question_url(step, NOTE, then=CHECK),
    }


def _same_words(request: HttpRequest, step: BookingStep) -> dict[str, Any]:
    """Return what to say about the same visit, booked before; its details only to a browser that may open it."""
    if request.GET.get("why") != SAME or step.asked.starts_at is None:
        return {}
    typed = step.form.cleaned_data
    same: Booking | None = same_visit(
        store_id=step.rules.id,
        visit_type_id=step.asked.visit_type.id,
        starts_at=step.asked.starts_at,
        phone=typed["phone"],
        email=typed["email"],
    )
    if same is None:
        return {}
    return {"has_same": True, "same": same if BOOKING_KEY.is_held(request, same) else None}
