"""The pages of visit types: their names, lengths, and what customers are to bring."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking.formatting import visit_type_name
from booking.staff.access import StaffContext, at_store
from booking.staff.forms.visit_types import Notice, VisitTypeForm
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import alone, form_page, posted, save_with, sent_right
from booking.store_setup.hours_changes import change_rules
from booking.store_setup.queries import active_visit_types, largest_capacity, visit_type_by_slug
from stores.models import CapacityCounts, Role, Store, VisitType
from stores.services import kind_rules_of, save_visit_type

EXAMPLE_MINUTES = 10
_SAVED = ("name", "slot_count", "max_party_size", "what_to_bring", "mode", "video_url", "is_active")


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def new(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Create a visit type."""
    return _save(
        request, at, _form(posted(request), at, None, {"slot_count": 1, "max_party_size": 1, "is_active": True}), None
    )


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def change(request: HttpRequest, at: StaffContext, visit_type: str) -> HttpResponseBase:
    """Change a visit type."""
    known = visit_type_by_slug(at.store, visit_type)
    if known is None:
        raise Http404
    initial = {
        "name": visit_type_name(known.name),
        "slot_count": known.slot_count,
        "max_party_size": known.max_party_size,
        "what_to_bring": known.what_to_bring,
        "mode": known.mode,
        "video_url": known.video_url,
        "is_active": known.is_active,
        **_own_rules(known),
    }
    return _save(request, at, _form(posted(request), at, known, initial), known)


@dataclass(frozen=True, slots=True)
class KeptExample:
    """How many minutes customers see of a visit, and for how many its desk is kept, with what was typed or 10 after."""

    visit: int
    after: int
    kept: int
    is_typed: bool


def _example(store: Store, form: VisitTypeForm) -> KeptExample:
    """Return what the minutes kept beside a visit mean: the desk is kept in whole slots."""
    slots, before, after = (_shown(form, name) for name in ("slot_count", "minutes_before", "minutes_after"))
    is_typed = bool(before or after)
    after = after if is_typed else EXAMPLE_MINUTES
    one = store.slot_minutes
    visit = one * max(1, slots)
    return KeptExample(visit, after, visit + one * (-(-before // one) + -(-after // one)), is_typed)


def _shown(form: VisitTypeForm, name: str) -> int:
    """Return the number that a field shows; 0 where it shows none, or one that is refused."""
    if form.is_bound:
        return int(getattr(form, "cleaned_data", {}).get(name) or 0)
    return int(form.initial.get(name) or 0)


def _own_rules(known: VisitType) -> dict[str, Any]:
    own = kind_rules_of(known)
    notice = Notice.HOURS if own.notice_minutes is not None else Notice.DAY_BEFORE if own.notice_until else Notice.STORE
    hours = None if own.notice_minutes is None else -(-own.notice_minutes // 60)
    return {
        "notice": notice,
        "notice_hours": hours,
        "notice_until": own.notice_until,
        "has_own_hours": bool(own.weekly),
        "minutes_before": own.minutes_before or None,
        "minutes_after": own.minutes_after or None,
        "most_at_once": own.most_at_once,
        **{
            f"{name}_{number}": value
            for number, one in enumerate(own.questions)
            for name, value in (("ask", one.text), ("ask_en", one.text_en), ("must_answer", one.is_required))
        },
    }


def form_of_visit_type(at: StaffContext, known: VisitType, wanted: Mapping[str, Any]) -> VisitTypeForm:
    """Return the form of a kind of visit as it would be sent with these fields of the trail, without its own rules."""
    sent = {name: wanted[name] for name in _SAVED if wanted[name] is not False}
    sent["name"] = visit_type_name(wanted["name"])
    return _form(QueryDict(urlencode(sent)), at, known, {})


def _form(
    data: QueryDict | None, at: StaffContext, known: VisitType | None, initial: Mapping[str, Any]
) -> VisitTypeForm:
    others = [kind for kind in active_visit_types(at.store) if kind != known]
    return VisitTypeForm(
        data,
        weekly=kind_rules_of(known).weekly if known else (),
        initial=dict(initial),
        taken=[visit_type_name(kind.name) for kind in others],
        most_people=largest_capacity(at.store, known) if at.store.capacity_counts == CapacityCounts.PEOPLE else None,
    )


def _save(
    request: HttpRequest, at: StaffContext, form: VisitTypeForm, visit_type: VisitType | None
) -> HttpResponseBase:
    def page() -> HttpResponse:
        context = {"visit_type": visit_type, "example": _example(at.store, form)}
        return form_page(request, at, "staff/setup/visit_type.html", form, context=context)

    if not sent_right(at, form, "visit_type"):
        return page()
    typed = {name: form.cleaned_data[name] for name in _SAVED}
    # A default name is stored in English; if it is unchanged, the English one stays.
    if visit_type is not None and typed["name"] == visit_type_name(visit_type.name):
        typed["name"] = visit_type.name

    def edit(store: Store) -> VisitType:
        own = form.own_rules
        return save_visit_type(store=store, visit_type=visit_type, **typed, own=own, user=at.user, now=at.now)

    heading = _("Who is affected by the change of this visit?")
    apply = partial(change_rules, store_id=at.store.pk, edit=edit, now=at.now, user=at.user)
    return save_with(request, at, form, apply, what="visit-types", heading=heading, page=page)
