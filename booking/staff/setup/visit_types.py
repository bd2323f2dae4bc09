"""The pages of visit types: their names, lengths, and what customers are to bring."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods

from booking.formatting import visit_type_name
from booking.staff.access import StaffContext, at_store
from booking.staff.forms.visit_types import VisitTypeForm
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import alone, blame, form_page, posted, saved, sent_right
from booking.store_setup.queries import active_visit_types, largest_capacity, visit_type_by_slug
from stores.models import CapacityCounts, Role, VisitType
from stores.services import BadValue, save_visit_type


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def new(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Create a visit type."""
    return _save(request, at, _form(request, at, None, {"slot_count": 1, "max_party_size": 1, "is_active": True}), None)


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
    }
    return _save(request, at, _form(request, at, known, initial), known)


def _form(request: HttpRequest, at: StaffContext, known: VisitType | None, initial: Mapping[str, Any]) -> VisitTypeForm:
    others = [kind for kind in active_visit_types(at.store) if kind != known]
    return VisitTypeForm(
        posted(request),
        initial=dict(initial),
        taken=[visit_type_name(kind.name) for kind in others],
        most_people=largest_capacity(at.store) if at.store.capacity_counts == CapacityCounts.PEOPLE else None,
    )


def _save(
    request: HttpRequest, at: StaffContext, form: VisitTypeForm, visit_type: VisitType | None
) -> HttpResponseBase:
    if sent_right(at, form, "visit_type"):
        typed = dict(form.cleaned_data)
        # A default name is stored in English; if it is unchanged, the English one stays.
        if visit_type is not None and typed["name"] == visit_type_name(visit_type.name):
            typed["name"] = visit_type.name
        try:
            save_visit_type(store=at.store, visit_type=visit_type, **typed, user=at.user, now=at.now)
            return saved(at, "visit-types")
        except BadValue as bad:
            blame(form, bad)
    return form_page(request, at, "staff/setup/visit_type.html", form, context={"visit_type": visit_type})
