"""Pages of invitations by link: invite somebody, hand the link over, send it again, withdraw it."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking import limits
from booking.links import invitation_link
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.forms.invitations import InvitationForm
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import form_page, posted
from booking.store_setup.link_invitations import invite_again, invite_somebody, withdraw_invitation
from booking.web.responses import see_other
from stores.models import LinkInvitation, Role
from stores.services import BadValue, link_invitation
from stores.services.link_invitations import LINK_OPENS_FOR


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
def invite(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Ask whom to invite, then lead to the page with the link."""
    form = InvitationForm(posted(request))
    if form.is_bound and form.is_valid():
        try:
            limits.invitation(at.store.slug)
            made = invite_somebody(
                store=at.store,
                name=form.cleaned_data["name"],
                email=form.cleaned_data["email"],
                role=Role(form.cleaned_data["role"]),
                language=staff_language(),
                user=at.user,
                now=at.now,
            )
        except BadValue:
            form.add_error(None, _("Many invitations are open. Withdraw some that are not needed first."))
        except limits.RateLimited as limited:
            return _too_many(request, at, form, limited)
        else:
            return see_other(reverse("staff-setup-invitation", args=[at.store.slug, made.pk]))
    return form_page(request, at, "staff/setup/invite.html", form)


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
def show_invitation(request: HttpRequest, at: StaffContext, invitation: int) -> HttpResponseBase:
    """Show an invitation with its link; send it again, or withdraw it."""
    found = link_invitation(number=invitation, now=at.now)
    if found is None or found.store != at.store:
        raise Http404
    if request.method != "POST":
        return _page(request, at, found)
    if request.POST.get("what") == "withdraw":
        withdraw_invitation(store=at.store, number=invitation, user=at.user, now=at.now)
        return see_other(reverse("staff-setup-members", args=[at.store.slug]))
    try:
        limits.invitation(at.store.slug)
    except limits.RateLimited as limited:
        response = _page(request, at, found, is_limited=True, status=429)
        response["Retry-After"] = str(limited.retry_after_seconds)
        return response
    if invite_again(store=at.store, number=invitation, user=at.user, now=at.now) is None:
        raise Http404
    return see_other(f"{request.path}?done=again")


def staff_language() -> str:
    """Return the language of this page if it is one that staff have, else the first of theirs."""
    reader = get_language() or settings.LANGUAGE_CODE
    return reader if reader in settings.STAFF_LANGUAGES else settings.STAFF_LANGUAGES[0]


def _page(
    request: HttpRequest, at: StaffContext, found: LinkInvitation, *, is_limited: bool = False, status: int = 200
) -> HttpResponse:
    context = {
        "section": "setup",
        "invitation": found,
        "link": invitation_link(found),
        "until": found.created_at + LINK_OPENS_FOR,
        "is_again": request.GET.get("done") == "again",
        "is_limited": is_limited,
    }
    return staff_page(request, at, "staff/setup/invitation.html", context, status=status)


def _too_many(
    request: HttpRequest, at: StaffContext, form: InvitationForm, limited: limits.RateLimited
) -> HttpResponseBase:
    form.add_error(None, _("Many people were invited today. Please try again tomorrow."))
    response = form_page(request, at, "staff/setup/invite.html", form)
    response.status_code = 429
    response["Retry-After"] = str(limited.retry_after_seconds)
    return response
