"""The page of the store's members and their roles."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from booking.accounts.permissions import has_second_factor
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.forms.members import MemberForm
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import blame, form_page, posted, saved
from booking.store_setup.queries import store_members
from booking.web.forms import FormProblem
from stores.models import Role
from stores.queries import folded_name
from stores.services import (
    BadValue,
    add_member,
    invitations_at,
    link_invitations_at,
    remove_member,
    save_second_factor,
    take_back_invitation,
)


@sensitive_post_parameters("password")
@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
def members(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """List the members, and add one or change a member's role."""
    form = MemberForm(posted(request))
    if form.is_bound and form.is_valid() and _add(at, form):
        return saved(at, "members")
    return form_page(request, at, "staff/setup/members.html", form, context=_people(at))


@require_POST
@at_store(need=Role.MANAGER, come_back="staff-setup-members")
def remove(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Ask for confirmation, then remove a member; neither the last manager nor the user can be removed."""
    username = request.POST.get("username", "")
    form = MemberForm()
    member = next((one for one in store_members(at.store) if one.user.username == username), None)
    if username == at.user.username:
        problem = FormProblem(_("You cannot remove yourself. Ask another manager."))
    elif member is not None and "is_sure" not in request.POST:
        return staff_page(request, at, "staff/setup/member_remove.html", {"section": "setup", "member": member})
    else:
        try:
            is_gone = remove_member(store=at.store, username=username, user=at.user, now=at.now)
            if not is_gone and not take_back_invitation(store=at.store, username=username, user=at.user, now=at.now):
                raise Http404
            return saved(at, "members")
        except BadValue:
            problem = FormProblem(_("This is the last manager. Make somebody else a manager first."))
    context = {"section": "setup", "form": form, "problems": [problem], **_people(at)}
    return staff_page(request, at, "staff/setup/members.html", context, status=409)


@require_POST
@at_store(need=Role.MANAGER, come_back="staff-setup-members")
def second_factor(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Require a second factor of managers, or stop requiring it; a user who requires it must have one."""
    is_required = request.POST.get("required") == "yes"
    if is_required and not has_second_factor(at.user):
        problem = FormProblem(
            _("Set up your own second step first, on the page of your account. Then ask it of others.")
        )
        context = {
            "section": "setup",
            "form": MemberForm(),
            "problems": [problem],
            **_people(at),
        }
        return staff_page(request, at, "staff/setup/members.html", context, status=409)
    save_second_factor(store=at.store, requires_second_factor=is_required, user=at.user, now=at.now)
    return saved(at, "members")


def _add(at: StaffContext, form: MemberForm) -> bool:
    typed = form.cleaned_data
    if folded_name(typed["username"]) == folded_name(at.user.username) and typed["role"] != Role.MANAGER:
        form.add_error("role", _("You cannot take the manager's role from yourself. Ask another manager."))
        return False
    try:
        add_member(
            store=at.store,
            username=typed["username"],
            role=Role(typed["role"]),
            password=typed["password"] or None,
            user=at.user,
            now=at.now,
            asks=True,
        )
    except BadValue as bad:
        if bad.code == "last_one":
            form.add_error("role", _("This is the last manager. Make somebody else a manager first."))
        else:
            blame(form, bad)
    except ValidationError as invalid:
        _blame_for(form, invalid)
    return not form.errors


def _people(at: StaffContext) -> dict[str, Any]:
    """Return the members of the store, and the invited people."""
    return {
        "members": store_members(at.store),
        "invited": invitations_at(store=at.store, now=at.now),
        "by_link": link_invitations_at(store=at.store, now=at.now),
    }


def _blame_for(form: MemberForm, invalid: ValidationError) -> None:
    """Add the errors of Django's own checks of a user name or a password."""
    if hasattr(invalid, "error_dict"):
        form.add_error("username", [message for messages in invalid.message_dict.values() for message in messages])
    else:
        form.add_error("password", invalid.messages)
