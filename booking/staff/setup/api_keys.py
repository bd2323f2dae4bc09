"""The page of the keys by which programs use the API at a store; each is shown once, when it is made."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from booking.accounts.api_keys import end_api_key, keys_at, make_api_key
from booking.accounts.permissions import organization_memberships
from booking.models import ApiKey
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.forms.api_keys import ApiKeyForm
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import blame
from booking.store_setup.change_labels import SCOPE_WORDS
from booking.web.responses import see_other
from stores.models import Organization, Role
from stores.services import BadValue

_NUMBER_LONGEST = 18


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
def api_keys(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """List the keys that open the store, make one, or end one."""
    organizations = _organizations(at)
    if request.method == "POST" and request.POST.get("what") == "end":
        _end(request, at, organizations)
        return see_other(f"{reverse('staff-setup-keys', args=[at.store.slug])}?done=ended")
    form = ApiKeyForm(request.POST if request.method == "POST" else None, organizations=organizations)
    new = _make(at, form) if form.is_bound and form.is_valid() else None
    problems = form.problems() if form.is_bound else []
    context = {
        "section": "setup",
        "form": ApiKeyForm(organizations=organizations) if new else form,
        "problems": problems,
        "new_key": new,
        "keys": [_shown(one, at, organizations) for one in keys_at(at.store)],
        "done": request.GET.get("done", ""),
    }
    return staff_page(request, at, "staff/setup/api_keys.html", context, status=400 if problems else 200)


def _organizations(at: StaffContext) -> list[Organization]:
    """Return the store's organizations that the manager manages."""
    ids = set(at.store.organizations.values_list("pk", flat=True))
    return [one for one in organization_memberships(at.user) if one.pk in ids]


def _make(at: StaffContext, form: ApiKeyForm) -> str | None:
    typed = form.cleaned_data
    try:
        return make_api_key(
            store=at.store, organization=form.organization, name=typed["name"], scopes=typed["scopes"],
            days=typed["days"], user=at.user, now=at.now,
        )[1]  # fmt: skip
    except BadValue as bad:
        blame(form, bad)
        return None


def _end(request: HttpRequest, at: StaffContext, organizations: list[Organization]) -> None:
    """End a key. Raises Http404 for one that is not the store's, or not the manager's to end."""
    text = request.POST.get("key", "")
    if not (text.isascii() and text.isdecimal() and len(text) <= _NUMBER_LONGEST):
        raise Http404
    try:
        end_api_key(store=at.store, key_id=int(text), organizations=organizations, user=at.user, now=at.now)
    except LookupError:
        raise Http404 from None


def _shown(key: ApiKey, at: StaffContext, organizations: list[Organization]) -> dict[str, Any]:
    return {
        "id": key.pk,
        "name": key.name,
        "scopes": [SCOPE_WORDS[scope] for scope in key.scopes.split()],
        "organization": key.organization.name if key.organization else "",
        "expires_at": key.expires_at,
        "is_over": key.expires_at <= at.now,
        "last_used_at": key.last_used_at,
        "may_end": key.organization_id in {None, *(one.pk for one in organizations)},
    }
