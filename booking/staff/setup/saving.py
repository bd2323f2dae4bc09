"""Saving of set-up forms: asking about affected visits, and reporting values that cannot be saved."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from booking.staff.access import Rest, StaffContext, StoreView, staff_page
from booking.staff.affected_visits import ApplyChange, ask_or_apply
from booking.staff.forms.hours import WeekForm
from booking.staff.forms.shared import ChangedMeanwhile, StaffForm
from booking.store_setup.hours_changes import store_alone
from booking.web.forms import FormProblem
from booking.web.responses import see_other
from stores.queries import setup_changes
from stores.services import BadHours, BadValue


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form was sent with; None for a GET request."""
    return request.POST if request.method == "POST" else None


def sent_right(at: StaffContext, form: StaffForm, part: str) -> bool:
    """Tell whether a form was sent and can be saved.

    What another user changed since it was shown is taken over and reported: nothing is saved before the user has seen
    it. `part` is the name of the form's part of the set-up in the trail.
    """
    if not form.is_bound:
        return False
    changed = form.take_in_changes()
    is_valid = form.is_valid()
    who = _who_changed(at, part) if changed else ""
    for one in changed:
        form.tell_meanwhile(one.name, _meanwhile(form, one, who))
    return is_valid and not changed


def _who_changed(at: StaffContext, part: str) -> str:
    found = setup_changes(store=at.store, what=part, limit=1).changes
    return found[0].name if found else ""


def _meanwhile(form: StaffForm, one: ChangedMeanwhile, who: str) -> str:
    who = who or _("Carillon itself")
    value = form.value_in_words(one.name, one.value) or _("empty")
    if one.was_typed_into:
        sentence = _("Changed meanwhile by {name}, to “{value}”. Save once more to put yours in its place.")
    else:
        sentence = _("Changed meanwhile by {name}, to “{value}”. That is taken over here: save once more to keep it.")
    return sentence.format(name=who, value=value)


def alone(view: StoreView[Rest]) -> StoreView[Rest]:
    """Lock the store for a view's POST, and pass it is then: two people who save at once take turns."""

    @wraps(view)
    def wrapper(request: HttpRequest, at: StaffContext, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, at, *args, **kwargs)
        with store_alone(store_id=at.store.pk) as store:
            at.store = store
            return view(request, at, *args, **kwargs)

    return cast("StoreView[Rest]", wrapper)


def saved(at: StaffContext, what: str) -> HttpResponse:
    """Redirect to the set-up, which says what was saved."""
    return see_other(f"{reverse('staff-setup', args=[at.store.slug])}?done={what}#{what}")


def form_page(
    request: HttpRequest,
    at: StaffContext,
    template: str,
    form: StaffForm,
    *,
    context: Mapping[str, Any] | None = None,
    problems: Sequence[FormProblem] = (),
) -> HttpResponse:
    """Return a page with one form; where it was sent and is invalid, its problems come after those given."""
    problems = [*problems, *(form.problems() if form.is_bound else [])]
    shown = {"section": "setup", "form": form, "problems": problems, **(context or {})}
    return staff_page(request, at, template, shown, status=400 if problems else 200)


def save_with(
    request: HttpRequest,
    at: StaffContext,
    form: StaffForm,
    apply: ApplyChange,
    *,
    what: str,
    heading: str,
    page: Callable[[], HttpResponse],
    notes: Sequence[str] = (),
    back_url: str = "",
    done_url: str = "",
) -> HttpResponseBase:
    """Make a change of hours or slots, but ask first where it affects visits; `page` shows the form again.

    `notes` say what else the change means, where the question is asked. `back_url` is the way back from there; an
    address that only takes POST requests names another one. After the change comes `done_url`, else the set-up.
    """
    try:
        question = ask_or_apply(
            request,
            at,
            apply,
            carried=form.carried(),
            section="setup",
            heading=heading,
            notes=notes,
            back_url=back_url or request.path,
        )
    except BadValue as bad:
        blame(form, bad)
        return page()
    return question or (see_other(done_url) if done_url else saved(at, what))


def blame(form: StaffForm, bad: BadValue) -> None:
    """Add the error to the field whose value cannot be saved."""
    field, _dot, number = bad.field.partition(".")
    if isinstance(bad, BadHours) and isinstance(form, WeekForm) and number.isdecimal():
        form.blame(int(number))
    else:
        form.add_error(field if field in form.fields else None, _sentence(bad))


def _sentence(bad: BadValue) -> str:
    return {
        "required": _("Enter something here."),
        "too_long": _("This is too long. Please shorten it."),
        "last_one": _("This is the last one in use. Make another one first."),
        "overlap": _("Two of these times overlap."),
        "duplicate": _("Two of these times are the same."),
        "too_many_absences": _("So many absences are to come already. Remove some of them first."),
        "too_many_closings": _("There are so many regular closures already. Remove some of them first."),
        "too_many": _("These are too many times for one week."),
    }.get(bad.code, _("This cannot be kept. Please look at it again."))
