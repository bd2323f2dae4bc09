"""Putting a change of the set-up back: at once, after the question about visits, or refused with both states shown."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from booking.formatting import dated_moment_in_words
from booking.reversals.fields import CannotPutBack, Fields, Why
from booking.reversals.put_back import Reversal, changes_to_put_back, held_for, put_back_changes, reversals_of
from booking.reversals.reasons import never_words, why_in_words
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.affected_visits import ask_or_apply
from booking.staff.forms.shared import StaffForm
from booking.staff.setup.desks import form_of_desk
from booking.staff.setup.rules import form_of_rules
from booking.staff.setup.visit_types import form_of_visit_type
from booking.store_setup.change_labels import field_in_words, subject_in_words, value_in_words, what_in_words
from booking.web.responses import see_other
from stores.models import Role, SetupChange
from stores.models.changes import EXACT

# What the services take, but the pages refuse, as nobody could book then: their forms are asked about these fields.
_FORMS: Mapping[str, Callable[[StaffContext, Any, Fields], StaffForm]] = {
    "desk": form_of_desk,
    "visit_type": form_of_visit_type,
    "rules": form_of_rules,
}
_ASKED_ABOUT = ("name", "visit_types", "is_active", "capacity", "kept_back", "max_party_size", "capacity_counts")
_OF_CLOSING = ("visit_types", "is_active")


@dataclass(frozen=True, slots=True)
class FieldStates:
    """A field in words: before the change, after it, and now."""

    name: str
    before: str
    after: str
    now: str


@require_POST
@at_store(need=Role.MANAGER, come_back="staff-setup-changes")
def put_back(request: HttpRequest, at: StaffContext, change: int) -> HttpResponseBase:
    """Put a change back; with `all` everything that was saved with it."""
    with_all = "all" in request.POST
    changes = changes_to_put_back(at.store, change, with_all=with_all)
    if not changes:
        raise Http404
    with held_for(changes[0]):
        return _put_back(request, at, changes, carried=[("all", "1")] if with_all else [])


def _put_back(
    request: HttpRequest, at: StaffContext, changes: Sequence[SetupChange], *, carried: list[tuple[str, str]]
) -> HttpResponseBase:
    at.store.refresh_from_db()
    address = reverse("staff-setup-changes", args=[at.store.slug])
    try:
        reversals = reversals_of(at.store, changes, now=at.now)
        problem = next(_problems(at, reversals), "")
        if problem:
            return _refused(request, at, changes[0], problem, reversals[0].now)
        question = ask_or_apply(
            request,
            at,
            partial(put_back_changes, store=at.store, reversals=reversals, now=at.now, user=at.user),
            carried=carried,
            section="setup",
            heading=_("Who is affected when this is put back?"),
            back_url=address,
        )
    except CannotPutBack as refused:
        words = never_words(refused.change) or why_in_words(refused.why)
        return _refused(request, at, refused.change, words, refused.now, is_changed=refused.why == Why.CHANGED)
    return question or see_other(f"{address}?done=put-back")


def _problems(at: StaffContext, reversals: Sequence[Reversal]) -> Iterator[str]:
    """Yield what the page of a part would refuse of its former fields."""
    for one in reversals:
        make_form = _FORMS.get(one.change.what)
        wanted = one.wanted or {**one.now, "is_active": False}
        form = make_form(at, one.thing, wanted) if make_form else None
        if form is not None and not form.is_valid():
            asked = _ASKED_ABOUT if wanted.get("is_active", True) else _OF_CLOSING
            yield from (str(error) for name in asked for error in form.errors.get(name, ()))


def _refused(
    request: HttpRequest,
    at: StaffContext,
    change: SetupChange,
    sentence: str,
    now: Fields | None,
    *,
    is_changed: bool = False,
) -> HttpResponse:
    what, subject = what_in_words(change.what), subject_in_words(change.subject)
    context = {
        "section": "setup",
        "title": _("{name}: {value}").format(name=what, value=subject) if subject else what,
        "moment": dated_moment_in_words(change.at, at.zone),
        "sentence": sentence,
        "fields": [*_states(change, now)],
        "shows_now": is_changed and now is not None,
    }
    return staff_page(request, at, "staff/setup/put_back_refused.html", context, status=409)


def _states(change: SetupChange, now: Fields | None) -> Iterator[FieldStates]:
    for name in {**change.before, **change.after}:
        if name != EXACT:
            states = (_words(name, fields) for fields in (change.before, change.after, now or {}))
            yield FieldStates(field_in_words(name), *states)


def _words(name: str, fields: Mapping[str, Any]) -> str:
    return value_in_words(name, fields[name]) if name in fields else _("none")
