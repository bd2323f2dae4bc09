"""The page about affected visits: it lists them, and asks what is to happen with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.bookings.message_plan import message_channel
from booking.bookings.rebooking import KEPT_FOR
from booking.customer_input import phone_in_words
from booking.formatting import moment_in_words, visit_type_name
from booking.models import Booking
from booking.policy import is_quiet, next_morning, plan_of
from booking.staff.access import StaffContext, staff_page
from booking.staff.forms.visits import ThenForm
from booking.staff.wording import people_in_words
from booking.store_setup.affected_visits import AffectedResolution, BookingsAffected
from booking.store_setup.hours_changes import HoursChange
from booking.web.forms import FormProblem

_SESSION_KEY = "affected_done"

Carried = Iterable[tuple[str, str]]


def read_resolution(request: HttpRequest) -> AffectedResolution | None:
    """Return what is to happen with the affected visits; None where the user has not chosen yet."""
    value = request.POST.get("then", "")
    return AffectedResolution(value) if value in set(AffectedResolution) else None


class ApplyChange(Protocol):
    """A change of hours or slots, ready to be made; only the decision about affected visits is still an argument."""

    def __call__(self, *, then: AffectedResolution | None) -> HoursChange:
        """Make the change. Raises BookingsAffected where it affects visits and `then` is None."""
        ...


def ask_or_apply(
    request: HttpRequest,
    at: StaffContext,
    apply: ApplyChange,
    *,
    carried: Carried,
    **page: Any,
) -> HttpResponse | None:
    """Make a change; return the page that asks about affected visits, None where the change is made.

    `carried` is what was typed, to be sent again with the answer. Raises BookingRefused for other reasons.
    """
    resolution = read_resolution(request)
    try:
        change = apply(then=resolution)
    except BookingsAffected as refused:
        return _ask(request, at, refused.affected, carried=carried, **page)
    _remember(request, at, resolution, change.affected)
    return None


def _remember(
    request: HttpRequest, at: StaffContext, resolution: AffectedResolution | None, affected: Sequence[Booking]
) -> None:
    """Store in the session what was done with which visits, for the next page: references, no names."""
    if not affected or resolution is None:
        return
    by_phone = [one.reference for one in affected if message_channel(one.phone, one.email) == "none"]
    request.session[_SESSION_KEY] = {
        "store": at.store.slug,
        "then": resolution,
        "told": len(affected) - len(by_phone),
        "by_phone": by_phone,
    }


@dataclass(frozen=True, slots=True)
class Done:
    """The result for the affected visits: a sentence, and the visits whose customers have to be phoned."""

    sentence: str
    to_phone: tuple[tuple[Booking, str], ...]


def just_done(request: HttpRequest, at: StaffContext) -> Done | None:
    """Return the result for the affected visits, once; None where there were none."""
    kept = request.session.get(_SESSION_KEY)
    if not isinstance(kept, dict) or kept.get("store") != at.store.slug:
        return None
    del request.session[_SESSION_KEY]
    if kept["then"] == AffectedResolution.KEEP:
        return None
    found = Booking.objects.filter(store=at.store, reference__in=kept["by_phone"]).order_by("starts_at", "pk")
    phones = [(one, phone_in_words(one.phone, country=at.store.country) if one.phone else "") for one in found]
    return Done(_done_sentence(kept["then"], kept["told"], until=at.now + KEPT_FOR, at=at), tuple(phones))


def _done_sentence(then: str, told: int, *, until: datetime, at: StaffContext) -> str:
    words = ngettext("{count} customer was written to.", "{count} customers were written to.", told)
    words = words.format(count=told) if told else _("No customer could be written to.")
    if then != AffectedResolution.OFFER or not told:
        return words
    choose = _("They may choose another time until {moment} at the latest, earlier where the visit is sooner.")
    return f"{words} {choose.format(moment=moment_in_words(until, at.zone))}"


def _ask(
    request: HttpRequest, at: StaffContext, affected: Sequence[Booking], *, carried: Carried, **page: Any
) -> HttpResponse:
    was_asked = "asked" in request.POST
    form = ThenForm(request.POST if was_asked else None)
    problems = form.problems() if was_asked else []
    plan = plan_of(at.store)
    context = {
        **page,
        "form": form,
        "problems": [FormProblem(problem.text, problem.field_id) for problem in problems],
        "problems_title": _("Nothing has been changed yet"),
        "carried": [*carried],
        "texts_at": next_morning(at.now, zone=at.zone, plan=plan)
        if is_quiet(at.now, zone=at.zone, plan=plan)
        else None,
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
    return staff_page(request, at, "staff/day/affected.html", context, status=409)
