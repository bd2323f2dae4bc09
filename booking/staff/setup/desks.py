"""The pages of desks: their names, places and hours."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking.formatting import visit_type_name
from booking.staff.access import StaffContext, at_store
from booking.staff.forms.desks import DeskChoiceForm, DeskForm
from booking.staff.forms.hours import sent_week
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import alone, form_page, posted, save_with, saved, sent_right
from booking.store_setup.hours_changes import change_rules
from booking.store_setup.queries import active_desks, desk_by_slug, needed_desk
from booking.store_setup.served_kinds import kinds_beside
from stores.hours import WeeklyInterval
from stores.models import Desk, Role, Store
from stores.services import save_desk, save_desk_choice, week_from_text


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def new(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Create a desk."""
    initial = {"capacity": 1, "kept_back": 0, "is_active": True}
    form = DeskForm(posted(request), initial=initial, taken=_names(at, None), kinds=kinds_beside(at.store, None))
    return _save(request, at, form, None)


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def change(request: HttpRequest, at: StaffContext, desk: str) -> HttpResponseBase:
    """Change a desk."""
    found = desk_by_slug(at.store, desk)
    if found is None:
        raise Http404
    known, weekly = found
    return _save(request, at, _form(at, posted(request), known, weekly), known)


def form_of_desk(at: StaffContext, known: Desk, wanted: Mapping[str, Any]) -> DeskForm:
    """Return a desk's form as it would be sent with these fields of the trail."""
    weekly = week_from_text(wanted["hours"])
    named = at.store.visit_types.filter(name__in=wanted["visit_types"]).order_by("is_active", "pk")
    kinds = {kind.name: kind for kind in named}  # the one in use, where several had the name
    sent = {
        **{name: wanted[name] for name in ("capacity", "kept_back")},
        "name": visit_type_name(wanted["name"]),
        "visit_types": [kind.pk for kind in kinds.values()],
        **({"is_active": "on"} if wanted["is_active"] else {}),
        **({"has_own_hours": "on", **sent_week(weekly)} if weekly else {}),
    }
    return _form(at, QueryDict(urlencode(sent, doseq=True)), known, weekly)


def _form(at: StaffContext, data: QueryDict | None, known: Desk, weekly: Sequence[WeeklyInterval]) -> DeskForm:
    initial = {
        "name": visit_type_name(known.name),
        "capacity": known.capacity,
        "kept_back": known.kept_back,
        "is_active": known.is_active,
        "languages": known.languages.split(",") if known.languages else [],
        "has_own_hours": bool(weekly),
    }
    kinds = kinds_beside(at.store, known)
    return DeskForm(
        data,
        weekly=weekly,
        initial={**initial, "visit_types": sorted(kinds.served)},
        taken=_names(at, known),
        needed=needed_desk(at.store, known),
        kinds=kinds,
    )


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def choice(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Choose whether customers choose the desk."""
    form = DeskChoiceForm(posted(request), initial={"is_offered": at.store.offers_desk_choice})
    if sent_right(at, form, "desk_choice"):
        save_desk_choice(store=at.store, is_offered=form.cleaned_data["is_offered"], user=at.user, now=at.now)
        return saved(at, "desks")
    names = [visit_type_name(desk.name) for desk in active_desks(at.store)]
    return form_page(request, at, "staff/setup/desk_choice.html", form, context={"names": names})


def _names(at: StaffContext, known: Desk | None) -> list[str]:
    return [visit_type_name(desk.name) for desk in active_desks(at.store) if desk != known]


def _save(request: HttpRequest, at: StaffContext, form: DeskForm, desk: Desk | None) -> HttpResponseBase:
    page = partial(form_page, request, at, "staff/setup/desk.html", form, context={"desk": desk})
    if not sent_right(at, form, "desk"):
        return page()
    typed = form.cleaned_data
    served = [kind for kind in form.kinds.offered if kind.pk in typed["visit_types"]] if form.kinds.is_choice else None
    # A default name is stored in English; if it is unchanged, the English one stays.
    is_same_name = desk is not None and typed["name"] == visit_type_name(desk.name)

    def edit(store: Store) -> Desk:
        return save_desk(
            store=store,
            desk=desk,
            name=desk.name if desk and is_same_name else typed["name"],
            capacity=typed["capacity"],
            kept_back=typed["kept_back"],
            weekly=form.weekly if typed["has_own_hours"] else (),
            is_active=typed["is_active"],
            visit_types=served,
            languages=typed["languages"],
            user=at.user,
            now=at.now,
        )

    heading = _("Who is affected by the change of this desk?")
    apply = partial(change_rules, store_id=at.store.pk, edit=edit, now=at.now, user=at.user)
    return save_with(request, at, form, apply, what="desks", heading=heading, page=page)
