"""Correcting a visit in the simple version: what is wrong is chosen, and then asked alone."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from booking.customer.book.detail_questions import ASK, EMAIL, NAME, NOTE, PHONE, give_hints, judge_contact
from booking.customer.book.simple_questions import Choice
from booking.customer.contact_hints import simple_phone_hint
from booking.customer.forms import CorrectionForm
from booking.models import Booking
from booking.web.forms import FormProblem


def correction_question(
    request: HttpRequest, booking: Booking, form: CorrectionForm, known: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the page of one question shows, or of the choice between them.

    `known` are the visit's details as they are. What else was typed in a whole form goes along with the answer.
    """
    wanted = request.GET.get(ASK, "")
    if form.is_bound and form.needs_contact:
        judge_contact(form, wanted)
    wrong = [name for name in form.fields if name in form.errors]
    changed = [name for name in form.fields if form.is_bound and form.data.get(name, "") != known.get(name, "")]
    asked = [name for name in (wanted,) if name in form.fields and (not wrong or name in wrong)]
    question = next(iter([*asked, *wrong, *changed]), "")
    if question:
        give_hints(
            form,
            question,
            is_focused=not form.is_bound,
            is_for_someone_else=booking.is_for_someone_else,
            phone_hint="" if booking.is_for_someone_else else simple_phone_hint(booking.store),
        )
    return {
        "question": question,
        "field": form[question] if question else None,
        "problems": [FormProblem(str(error), f"id_{question}") for error in form.errors.get(question, [])],
        "carried": [(name, form.data.get(name, "")) for name in changed if name != question],
        "choices": () if question else _choices(booking, form),
        "before_url": reverse("manage-details" if question else "manage", args=[booking.reference]),
    }


def _choices(booking: Booking, form: CorrectionForm) -> tuple[Choice, ...]:
    named = {
        NAME: _("The name"),
        PHONE: _("The phone number"),
        EMAIL: _("The e-mail address"),
        NOTE: _("The note for the store"),
    }
    address = reverse("manage-details", args=[booking.reference])
    return tuple(Choice(words, f"{address}?{ASK}={name}") for name, words in named.items() if name in form.fields)
