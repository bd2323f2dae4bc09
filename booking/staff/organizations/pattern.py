"""The page of an organization's pattern: the store itself, the stores that follow it, and passing it on."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking.staff.forms.organizations import PART_WORDS, PatternForm
from booking.staff.organization_access import AtOrganization, at_organization
from booking.store_setup.pattern import PropagationOutcome, PropagationResult, propagate_pattern
from stores.models import Store
from stores.services.patterns import PARTS, PatternStatus, standings


@require_http_methods(["GET", "HEAD", "POST"])
@at_organization
def pattern(request: HttpRequest, at: AtOrganization) -> HttpResponseBase:
    """Show which stores follow the pattern; pass it on."""
    stores = {store.slug: store for store in at.organization.stores.order_by("name", "pk")}
    chosen = _chosen(request, at, stores)
    initial = {"store": chosen.slug if chosen else "", "parts": ["visit_types", "rules", "messages"]}
    form = PatternForm(request.POST if request.method == "POST" else None, initial=initial)
    form.fields["store"].choices = [(slug, store.name) for slug, store in stores.items()]  # type: ignore[attr-defined]
    if not form.is_bound or not form.is_valid():
        return _page(request, at, form, chosen, [])
    found = propagate_pattern(
        organization=at.organization,
        pattern=stores[form.cleaned_data["store"]],
        parts=form.cleaned_data["parts"],
        over_own=form.cleaned_data["over_own"],
        now=at.now,
        user=at.user,
    )
    return _page(request, at, form, stores[form.cleaned_data["store"]], found)


def _chosen(request: HttpRequest, at: AtOrganization, stores: dict[str, Store]) -> Store | None:
    """Return the requested store, else the one that is the pattern, else the first."""
    asked = stores.get(request.GET.get("store", ""))
    known = next((store for store in stores.values() if store.pk == at.organization.pattern_store_id), None)
    return asked or known or next(iter(stores.values()), None)


def _page(
    request: HttpRequest, at: AtOrganization, form: PatternForm, chosen: Store | None, found: list[PropagationResult]
) -> HttpResponse:
    problems = form.problems() if form.is_bound else []
    words = {
        PatternStatus.SAME: _("as the pattern"),
        PatternStatus.BEHIND: _("follows, not yet"),
        PatternStatus.OWN: _("its own"),
    }
    rows = standings(at.organization, chosen) if chosen else []
    outcomes = _outcome_words()
    context = {
        "organization": at.organization,
        "form": form,
        "problems": problems,
        "chosen": chosen,
        "parts": [PART_WORDS[part] for part in PARTS],
        "rows": [(one.store, [(one.parts[part], words[one.parts[part]]) for part in PARTS]) for one in rows],
        "taken": sum(one.outcome == PropagationOutcome.TAKEN for one in found),
        "is_done": bool(found),
        "left": [
            (one.store, PART_WORDS[one.part], outcomes[one.outcome])
            for one in found
            if one.outcome in (PropagationOutcome.AFFECTED, PropagationOutcome.REFUSED)
        ],
    }
    return render(request, "staff/organizations/pattern.html", context, status=400 if problems else 200)


def _outcome_words() -> dict[PropagationOutcome, str]:
    return {
        PropagationOutcome.AFFECTED: _(
            "some visits would lose their place; change it at the store, which asks what is to happen"
        ),
        PropagationOutcome.REFUSED: _("the store's set-up does not allow it"),
    }
