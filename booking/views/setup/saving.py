"""What the set-up forms share: to save, to ask about visits affected, to say what cannot be kept."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from booking.services.changes_of_hours import Change, change_rules
from booking.services.settling import Then
from booking.staff_forms.hours import WeekForm
from booking.staff_forms.shared import StaffForm
from booking.views.affected import affected_or_none
from booking.views.staff_access import AtStore, staff_page
from booking.views.staff_links import see_other
from stores.models import Store
from stores.services import BadHours, BadValue


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form was sent with; None where it is only shown."""
    return request.POST if request.method == "POST" else None


def saved(at: AtStore, what: str) -> HttpResponse:
    """Lead back to the set-up, which says what was saved."""
    return see_other(f"{reverse('staff-setup', args=[at.store.slug])}?done={what}#{what}")


def form_page(
    request: HttpRequest,
    at: AtStore,
    template: str,
    form: StaffForm,
    *,
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Return a page with one form; with its problems, where it was sent and is not right."""
    problems = form.problems() if form.is_bound else []
    shown = {"section": "setup", "form": form, "problems": problems, **(context or {})}
    return staff_page(request, at, template, shown, status=400 if problems else 200)


def save_rules(
    request: HttpRequest,
    at: AtStore,
    form: StaffForm,
    change: Callable[[Store], Any],
    *,
    what: str,
    heading: str,
    page: Callable[[], HttpResponse],
    notes: Sequence[str] = (),
) -> HttpResponseBase:
    """Change what slots are made from, asking first where visits are affected; `page` shows the form again.

    `notes` say what else the change means, where it is asked about.
    """
    make = partial(_change, at, change)
    return save_with(request, at, form, make, what=what, heading=heading, page=page, notes=notes)


def save_with(
    request: HttpRequest,
    at: AtStore,
    form: StaffForm,
    make: Callable[[Then | None], Change],
    *,
    what: str,
    heading: str,
    page: Callable[[], HttpResponse],
    notes: Sequence[str] = (),
) -> HttpResponseBase:
    """Make a change of hours or slots, asking first where visits are affected."""
    try:
        asked = affected_or_none(
            request,
            at,
            make,
            carried=form.carried(),
            section="setup",
            heading=heading,
            notes=notes,
            back_url=request.path,
        )
    except BadValue as bad:
        blame(form, bad)
        return page()
    return asked or saved(at, what)


def blame(form: StaffForm, bad: BadValue) -> None:
    """Say of the right field why its value cannot be kept."""
    field, _dot, number = bad.field.partition(".")
    if isinstance(bad, BadHours) and isinstance(form, WeekForm) and number.isdecimal():
        form.blame(int(number))
    else:
        form.add_error(field if field in form.fields else None, _sentence(bad))


def _change(at: AtStore, change: Callable[[Store], Any], then: Then | None) -> Change:
    return change_rules(store_id=at.store.pk, change=change, then=then, now=at.now, user=at.user)


def _sentence(bad: BadValue) -> str:
    return {
        "required": _("Enter something here."),
        "too_long": _("This is too long. Please shorten it."),
        "last_one": _("This is the last one in use. Make another one first."),
        "overlap": _("Two of these times overlap."),
        "duplicate": _("Two of these times are the same."),
        "too_many": _("These are too many times for one week."),
    }.get(bad.code, _("This cannot be kept. Please look at it again."))
