"""The pages of the rules of booking, and of the notice that customers read."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking.formatting import visit_type_name
from booking.staff.access import StaffContext, at_store
from booking.staff.forms.rules import NoticeForm, RulesForm
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import alone, blame, form_page, posted, save_with, saved, sent_right
from booking.store_setup.hours_changes import change_rules
from booking.store_setup.queries import LargestParty, largest_capacity, largest_party
from stores.models import CapacityCounts, Role, Store
from stores.services import BadValue, save_notice, save_policy


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def rules(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Change the store's rules of booking."""
    initial = {name: getattr(at.store, name) for name in RulesForm.base_fields}
    form = RulesForm(posted(request), initial=initial, too_large=_too_large(at))
    page = partial(form_page, request, at, "staff/setup/rules.html", form)
    if not sent_right(at, form, "rules"):
        return page()

    def edit(store: Store) -> None:
        save_policy(store=store, **form.cleaned_data, user=at.user, now=at.now)

    heading = _("Who is affected by the new rules?")
    notes = _notes(at, form.cleaned_data)
    apply = partial(change_rules, store_id=at.store.pk, edit=edit, now=at.now, user=at.user)
    return save_with(request, at, form, apply, what="rules", heading=heading, page=page, notes=notes)


def form_of_rules(at: StaffContext, _store: Store, wanted: Mapping[str, Any]) -> RulesForm:
    """Return the form as it would be sent with these fields of the trail."""
    return RulesForm({name: wanted[name] for name in RulesForm.base_fields}, too_large=_too_large(at))


def _too_large(at: StaffContext) -> LargestParty | None:
    """Return the largest party, where no desk could take it once people are counted instead of visits."""
    if at.store.capacity_counts == CapacityCounts.PEOPLE:
        return None
    party, most = largest_party(at.store), largest_capacity(at.store)
    return party if party is not None and most is not None and party.size > most else None


def _notes(at: StaffContext, typed: Mapping[str, Any]) -> list[str]:
    """Return what a change of the slot length, or of what takes a place, means for offered times and bookings."""
    notes = []
    if typed["slot_minutes"] != at.store.slot_minutes:
        notes.append(_("These visits begin between two of the new times, or have no place among them."))
        for kind in at.store.visit_types.filter(is_active=True).order_by("position", "pk"):
            words = _("{visit_type} lasts {minutes} minutes from now on. What is booked stays as long as it was.")
            minutes = kind.slot_count * typed["slot_minutes"]
            notes.append(words.format(visit_type=visit_type_name(kind.name), minutes=minutes))
    if typed["capacity_counts"] != at.store.capacity_counts:
        notes.append(_("The places of all visits to come are counted again."))
    return notes


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def notice(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Change the notice at the top of the store's pages."""
    form = NoticeForm(posted(request), initial={"notice": at.store.notice})
    if sent_right(at, form, "notice"):
        try:
            save_notice(store=at.store, notice=form.cleaned_data["notice"], user=at.user, now=at.now)
            return saved(at, "notice")
        except BadValue as bad:
            blame(form, bad)
    return form_page(request, at, "staff/setup/notice.html", form)
