"""The account page: the user's own password, and their sign-ins."""

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now as clock_now
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from booking.accounts.permissions import zone_of
from booking.accounts.second_factor import second_factor
from booking.accounts.sign_ins import (
    change_password,
    end_other_sign_ins,
    end_program,
    end_sign_in,
    programs,
    sign_ins,
)
from booking.limits import RateLimited
from booking.staff.access import signed_in
from booking.staff.forms.account import PasswordForm
from booking.web.responses import see_other

DONE = ("password", "ended")


@sensitive_post_parameters("current", "new")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(come_back="staff-account")
def account(request: HttpRequest, user: User) -> HttpResponseBase:
    """Show where the user is signed in; take a new password, which ends all other sessions."""
    if request.method != "POST":
        return _page(request, user, PasswordForm(user=user))
    form = PasswordForm(request.POST, user=user)
    try:
        is_right = form.try_password()
    except RateLimited:
        return _page(request, user, PasswordForm(user=user), is_locked=True)
    if not is_right:
        return _page(request, user, form)
    change_password(user=user, password=form.cleaned_data["new"])
    update_session_auth_hash(request, user)
    end_other_sign_ins(user=user, current_key=request.session.session_key or "", now=clock_now())
    return see_other(f"{reverse('staff-account')}?done=password")


@require_POST
@signed_in(come_back="staff-account")
def end(request: HttpRequest, user: User) -> HttpResponseBase:
    """End one session or program, or all other sessions."""
    name, now = request.POST.get("name", ""), clock_now()
    if request.POST.get("what") == "others":
        end_other_sign_ins(user=user, current_key=request.session.session_key or "", now=now)
    elif request.POST.get("what") == "program":
        end_program(user=user, name=name)
    else:
        end_sign_in(user=user, name=name, now=now)
    return see_other(f"{reverse('staff-account')}?done=ended")


def _page(request: HttpRequest, user: User, form: PasswordForm, *, is_locked: bool = False) -> HttpResponseBase:
    now = clock_now()
    done = request.GET.get("done", "")
    context = {
        "form": form,
        "problems": form.problems() if form.is_bound else [],
        "is_locked": is_locked,
        "sign_ins": sign_ins(user=user, current_key=request.session.session_key or "", now=now),
        "programs": programs(user=user),
        "has": second_factor(user),
        "zone": zone_of(user),
        "done_words": {
            "password": _(
                "The password is changed. All other sign-ins have ended, those of programs too. "
                "For the tablets, choose a new PIN."
            ),
            "ended": _("This has ended."),
            "details": _("Saved."),
        }.get(done, ""),
    }
    status = 429 if is_locked else 400 if context["problems"] else 200
    return render(request, "staff/account/account.html", context, status=status)
