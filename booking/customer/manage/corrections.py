"""The page on which a customer corrects the details of a booked visit: name, note, phone, e-mail."""

import re
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now as clock_now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking import limits
from booking.bookings.corrections import (
    CorrectedMeanwhile,
    Details,
    correct_details,
    correct_details_once,
    corrected_before,
    has_other_contact,
    may_correct_contact,
)
from booking.bookings.customer_visits import Contact
from booking.bookings.link_renewal import LinkForm
from booking.customer.access import BOOKING_KEY, opened_by_key
from booking.customer.book.detail_questions import ASK
from booking.customer.book.details import AGAIN
from booking.customer.book.way_cookie import Way, forget, keep, way_at
from booking.customer.forms import CorrectionForm
from booking.customer.manage.correction_questions import correction_question
from booking.customer.manage.page import done, visit_context
from booking.customer_input import phone_in_words
from booking.formatting import refusal_sentence
from booking.models import Booking
from booking.refusals import BookingRefused, Refusal
from booking.web.forms import FormProblem
from booking.web.rendering import customer_page, reader_choice_of
from booking.web.responses import keep_private, see_other

_FORM_KEY = re.compile(r"[0-9a-f-]{36}")
_NUMBER = re.compile(r"[0-9]{1,9}")
_ASK_LONGEST = 20
_MEANWHILE = "meanwhile"  # the contact was corrected, or the link renewed, since the form was shown


@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Correct a visit's details. Another phone or e-mail ends the link, and this browser keeps access.

    A second press of the button is answered like the first, even before the browser has the new key.
    """
    sent, now = sent_link_form(request, reference), clock_now()
    before = corrected_before(sent, reference=reference, now=now) if sent else None
    if before is not None and not BOOKING_KEY.is_held(request, before):
        return keep_private(_pressed_again(request, before, now=now), opened_by_key=True)
    return _details(request, reference)


def correction_cookie(booking: Booking) -> str:
    """Return the name of the cookie for corrections of a booking."""
    return f"{booking.store.slug}/visit/{booking.reference}"


def sent_link_form(request: HttpRequest, reference: str) -> LinkForm | None:
    """Return the sent form that ends a link; None without one, or where it is not as the page wrote it."""
    key, number = request.POST.get("form", ""), request.POST.get("number", "")
    browser = BOOKING_KEY.browser_of(request, reference)
    if not (_FORM_KEY.fullmatch(key) and _NUMBER.fullmatch(number) and browser):
        return None
    return LinkForm(key, int(number), browser)


@opened_by_key
def _details(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Show the form, or correct. Input that is not accepted is remembered and shown by the page's address."""
    now = clock_now()
    way = way_at(request, correction_cookie(booking), now=now)
    if request.method == "POST":
        return _correct(request, booking, way, now=now)
    is_sent, known = bool(request.GET.get("why")) and way.is_remembered, _known(booking)
    form = _form(booking, {**known, **way.typed} if is_sent else None, now=now, initial=known)
    is_simple = reader_choice_of(request).is_simple
    shown = correction_question(request, booking, form, known) if is_simple else {"problems": form.problems()}
    refusal = _refusal_in_words(request.GET.get("why", ""), booking, is_simple=is_simple) if is_sent else ""
    if refusal:
        shown["problems"] = [FormProblem(refusal)]
    context = {
        **visit_context(booking, now=now),
        **shown,
        "form": form,
        "form_key": uuid4(),
        "number": booking.link_number,
    }
    status = HTTPStatus.CONFLICT if refusal else HTTPStatus.BAD_REQUEST if shown["problems"] else HTTPStatus.OK
    return customer_page(request, "manage/correct", context, status=status)


def _known(booking: Booking) -> dict[str, str]:
    """Return the details of a visit as its customer reads them."""
    phone = phone_in_words(booking.phone, country=booking.store.country)
    return {"name": booking.name, "phone": phone, "email": booking.email, "note": booking.note}


def _sent_form(request: HttpRequest, booking: Booking, *, now: datetime) -> CorrectionForm:
    """Return the form as it was sent; one question alone leaves the other details as they are."""
    sent = request.POST
    if ASK not in sent:
        return _form(booking, sent, now=now)
    is_contact = "phone" in sent or "email" in sent
    known = {name: value for name, value in _known(booking).items() if is_contact or name in ("name", "note")}
    return _form(booking, {**known, **{name: sent[name] for name in known if name in sent}}, now=now)


def _correct(request: HttpRequest, booking: Booking, way: Way, *, now: datetime) -> HttpResponse:
    """Correct the details and redirect: to the visit, or to the form where its input is not accepted."""
    form, sent = _sent_form(request, booking, now=now), sent_link_form(request, booking.reference)
    typed: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    contact = Contact(typed.get("phone", booking.phone), typed.get("email", booking.email))
    is_other_contact = has_other_contact(booking, contact)
    if not typed or (is_other_contact and sent is None):
        return _lead_to_form(request, booking, form, way, why=AGAIN, now=now)
    if is_other_contact and sent is not None and sent.number != booking.link_number:
        return _lead_to_form(request, booking, form, way, why=_MEANWHILE, now=now)
    details = Details(typed["name"], typed["note"], contact)
    if is_other_contact:
        changed = {contact.phone, contact.email} - {booking.phone, booking.email.lower()}
        limits.corrected_contact(booking.reference, *sorted(changed))
    try:
        corrected = (
            correct_details_once(sent, booking=booking, details=details, now=now)
            if is_other_contact and sent is not None
            else correct_details(booking_id=booking.pk, number=booking.link_number, details=details, now=now)
        )
    except BookingRefused as no:
        return _lead_to_form(request, booking, form, way, why=no.reason, now=now)
    except CorrectedMeanwhile:
        return _lead_to_form(request, booking, form, way, why=_MEANWHILE, now=now)
    response = _corrected(corrected, is_other_contact=is_other_contact)
    forget(response, way)
    return response


def _pressed_again(request: HttpRequest, booking: Booking, *, now: datetime) -> HttpResponse:
    """Answer a form that has corrected a contact, sent once more before its browser had the new key.

    With other details than the first time, nothing is corrected, and the form says what the visit has by now.
    """
    form = _sent_form(request, booking, now=now)
    typed: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    contact = Contact(typed.get("phone", booking.phone), typed.get("email", booking.email))
    is_same = bool(typed) and (booking.name, booking.note) == (typed["name"], typed["note"])
    if is_same and not has_other_contact(booking, contact):
        return _corrected(booking, is_other_contact=True)
    way = way_at(request, correction_cookie(booking), now=now)
    response = _lead_to_form(request, booking, form, way, why=_MEANWHILE if typed else AGAIN, now=now)
    BOOKING_KEY.give(response, booking)
    return response


def _refusal_in_words(why: str, booking: Booking, *, is_simple: bool) -> str:
    """Return why a form was refused, in one sentence; "" where its fields say it."""
    if why == _MEANWHILE:
        phone = phone_in_words(booking.phone, country=booking.store.country) if booking.phone else ""
        contact = " · ".join(part for part in (phone, booking.email) if part)
        if is_simple:
            words = _("This page was old. We have this contact now: {contact}. Is your answer right? Send it again.")
            return words.format(contact=contact or "–")
        return _(
            "This page was out of date: the contact of this visit is {contact}. Is what stands below right? Then send"
            " it once more."
        ).format(contact=contact or "–")
    return refusal_sentence(Refusal(why)) if why in set(Refusal) else ""


def _lead_to_form(
    request: HttpRequest, booking: Booking, form: CorrectionForm, way: Way, *, why: str, now: datetime
) -> HttpResponse:
    """Redirect to the form, which shows what was typed, and why it is not accepted."""
    asked = {ASK: request.POST[ASK][:_ASK_LONGEST]} if ASK in request.POST else {}
    response = see_other(f"{reverse('manage-details', args=[booking.reference])}?{urlencode({'why': why, **asked})}")
    keep(request, response, replace(way, typed=form.typed()), now=now)
    return response


def _form(booking: Booking, data: Any, *, now: datetime, initial: dict[str, str] | None = None) -> CorrectionForm:
    return CorrectionForm(
        data,
        country=booking.store.country,
        has_contact=may_correct_contact(booking, now=now) and (data is None or "phone" in data),
        needs_contact=bool(booking.phone or booking.email),
        initial=initial,
    )


def _corrected(booking: Booking, *, is_other_contact: bool) -> HttpResponse:
    """Redirect to the visit, which says what was corrected, and may be opened by this browser with its new link."""
    response = done(booking, "contact" if is_other_contact else "corrected")
    if is_other_contact:
        BOOKING_KEY.give(response, booking)
    return response
