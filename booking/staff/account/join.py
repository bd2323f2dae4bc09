"""The page on which somebody joins a store by an invitation's link: as a new user, or as the one who is signed in.

Opening it changes nothing: mail servers follow links by themselves.
"""

from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now as clock_now
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from booking import limits
from booking.accounts.own_details import shown_name
from booking.links import is_invitation_link
from booking.staff.account.second_step import finish
from booking.staff.forms.invitations import JoinForm
from booking.store_setup.link_invitations import is_still_meant
from booking.tokens import claimed_number
from booking.web.responses import keep_private, see_other
from stores.models import LinkInvitation
from stores.services import BadValue, InvitationOver, join_as_new_user, join_as_user, link_invitation


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show who invites; let a signed-in user join, or somebody new choose a user name. Raises RateLimited."""
    limits.refuse_wrong_tokens(request)
    now = clock_now()
    invitation = _invitation(token, now=now)
    if invitation is None:
        limits.wrong_token(request)
        return _over(request)
    if request.method != "POST":
        return _page(request, invitation, JoinForm(initial={"name": invitation.name, "email": invitation.email}))
    day = reverse("staff-day", args=[invitation.store.slug])
    try:
        if isinstance(request.user, User):
            join_as_user(invitation=invitation, user=request.user, now=now)
            return _unseen(see_other(day))
        form = JoinForm(request.POST)
        user = _new_user(request, form, invitation, now=now)
    except InvitationOver:
        return _over(request)
    return _unseen(finish(request, user, day, by_password_alone=True)) if user else _page(request, invitation, form)


def _new_user(request: HttpRequest, form: JoinForm, invitation: LinkInvitation, *, now: datetime) -> User | None:
    """Return the new user; None if something typed cannot be used, which the form then says.

    A user name that is taken counts as a wrong token: a link must not serve to try which names exist.
    """
    if not form.is_valid():
        return None
    typed = form.cleaned_data
    try:
        return join_as_new_user(
            invitation=invitation,
            username=typed["username"],
            password=typed["password"],
            name=typed["name"],
            email=typed["email"],
            now=now,
        )
    except BadValue:
        limits.wrong_token(request)
        form.add_error("username", _("Somebody has this user name. Is it you? Then sign in. Otherwise choose another."))
    except ValidationError as invalid:
        if hasattr(invalid, "error_dict"):
            form.add_error("username", [one for many in invalid.message_dict.values() for one in many])
        else:
            form.add_error("password", invalid.messages)
    return None


def _invitation(token: str, *, now: datetime) -> LinkInvitation | None:
    number = claimed_number(token)
    found = link_invitation(number=number, now=now) if number is not None else None
    return found if found is not None and is_invitation_link(found, token) and is_still_meant(found) else None


def _page(request: HttpRequest, invitation: LinkInvitation, form: JoinForm) -> HttpResponseBase:
    problems = form.problems() if form.is_bound else []
    context = {
        "invitation": invitation,
        "manager": shown_name(invitation.user),
        "form": form,
        "problems": problems,
        "here": request.get_full_path(),
    }
    return _unseen(render(request, "staff/account/join.html", context, status=400 if problems else 200))


def _over(request: HttpRequest) -> HttpResponseBase:
    return _unseen(render(request, "staff/account/join.html", {"invitation": None}, status=404))


def _unseen(response: HttpResponseBase) -> HttpResponseBase:
    """Keep the page out of caches and search engines, and its address out of other sites' logs."""
    response["Referrer-Policy"] = "no-referrer"
    return keep_private(response)
