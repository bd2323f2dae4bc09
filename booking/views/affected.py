"""Visits that a change would leave without a place: who they are, and what is to happen with them."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from booking.customer_input import phone_in_words
from booking.forms import Problem
from booking.message_plan import message_channel
from booking.models import Booking
from booking.policy import BookingRefused, Refusal
from booking.services.changes_of_hours import Change
from booking.services.settling import Then
from booking.staff_forms.visits import ThenForm
from booking.texts import visit_type_name
from booking.views.staff_access import AtStore, staff_page
from booking.views.staff_words import people_in_words

Carried = Iterable[tuple[str, str]]


def read_then(request: HttpRequest) -> Then | None:
    """Return what is to happen with the visits affected; None where nobody has said so yet."""
    value = request.POST.get("then", "")
    return Then(value) if value in set(Then) else None


def affected_or_none(
    request: HttpRequest, at: AtStore, change: Callable[[Then | None], Change], *, carried: Carried, **page: Any
) -> HttpResponse | None:
    """Make a change; return the page that asks about the visits affected, None where it is done.

    `carried` is what was typed, to be sent once more along with the answer. Raises BookingRefused for other reasons.
    """
    try:
        change(read_then(request))
    except BookingRefused as refused:
        if refused.reason != Refusal.BOOKINGS_AFFECTED:
            raise
        affected = refused.details["affected"]
        assert isinstance(affected, list)  # noqa: S101 -- the service's promise
        return _ask(request, at, affected, carried=carried, **page)
    return None


def _ask(request: HttpRequest, at: AtStore, affected: list[Booking], *, carried: Carried, **page: Any) -> HttpResponse:
    was_asked = "asked" in request.POST
    form = ThenForm(request.POST if was_asked else None)
    problems = form.problems() if was_asked else []
    context = {
        **page,
        "form": form,
        "problems": [Problem(problem.text, problem.field_id) for problem in problems],
        "problems_title": _("Nothing has been changed yet"),
        "carried": [*carried],
        "unreachable": sum(message_channel(booking.phone, booking.email) == "none" for booking in affected),
        "people": people_in_words(sum(booking.party_size for booking in affected)),
        "affected": [
            {
                "booking": booking,
                "people": people_in_words(booking.party_size),
                "visit_type": visit_type_name(booking.visit_type.name),
                "phone": phone_in_words(booking.phone, country=at.store.country) if booking.phone else "",
                "is_reachable": message_channel(booking.phone, booking.email) != "none",
            }
            for booking in affected
        ],
    }
    return staff_page(request, at, "staff/affected.html", context, status=409)
