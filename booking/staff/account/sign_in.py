"""Pages for signing in and out, and the list of the user's stores."""

from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now as clock_now
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking.accounts.passkeys import passkeys_work
from booking.accounts.password_checks import user_by_password
from booking.accounts.password_hashers import HashingBusy
from booking.accounts.permissions import has_second_factor, organization_memberships, own_memberships
from booking.limits import RateLimited
from booking.staff.access import signed_in
from booking.staff.account.second_step import begin, finish
from booking.staff.forms.account import SignInForm
from booking.staff.redirects import following
from booking.staff.typed_forms import forget_typed
from booking.web.forms import FormProblem
from booking.web.responses import keep_private, see_other
from stores.services import answer_invitation, invitations_of


@require_safe
@signed_in(come_back="staff-home")
def home(request: HttpRequest, user: User) -> HttpResponseBase:
    """Show the stores where the user works."""
    context = {
        "organizations": organization_memberships(user),
        "memberships": own_memberships(user),
        "invitations": invitations_of(user=user, now=clock_now()),
    }
    return render(request, "staff/account/home.html", context)


@require_POST
@signed_in(come_back="staff-home")
def answer_to_invitation(request: HttpRequest, user: User, store: str) -> HttpResponseBase:
    """Accept or decline a store's invitation."""
    accepts = request.POST.get("what") == "join"
    if not answer_invitation(store=store, user=user, accepts=accepts, now=clock_now()):
        raise Http404
    return see_other(reverse("staff-home"))


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Ask for name and password; the answer is the same whichever of them is wrong."""
    wanted = following(request)
    if request.method != "POST":
        if request.user.is_authenticated:
            return keep_private(redirect(wanted))
        return _ask(request, SignInForm(), wanted)
    form = SignInForm(request.POST)
    user = None
    if form.is_valid():
        typed = form.cleaned_data
        try:
            user = user_by_password(request, username=typed["username"], password=typed["password"])
        except RateLimited as limited:
            return _locked_out(request, limited)
        except HashingBusy:
            return _ask(request, form, wanted, is_busy=True)
    if user is None:
        return _ask(request, form, wanted)
    if has_second_factor(user):
        return begin(request, user, wanted)
    return finish(request, user, wanted, by_password_alone=True)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """End the session, and delete what this browser stored of the pages."""
    logout(request)
    response = redirect("staff-sign-in")
    response["Clear-Site-Data"] = '"cache", "storage"'
    forget_typed(response)
    return keep_private(response)


def _ask(request: HttpRequest, form: SignInForm, wanted: str, *, is_busy: bool = False) -> HttpResponseBase:
    problems = form.problems() if form.is_bound and not form.is_filled else []
    if is_busy:
        problems = [FormProblem(_("Many people are signing in just now. Please try again."), "id_username")]
    elif form.is_bound and form.is_filled:
        problems = [FormProblem(_("The user name or the password is not right. Please try again."), "id_username")]
    context = {
        "form": form,
        "next": wanted,
        "problems": problems,
        "passkeys_work": passkeys_work(),
        "is_password_new": request.GET.get("done") == "password",
    }
    status = 503 if is_busy else 400 if problems else 200
    response = render(request, "staff/account/sign_in.html", context, status=status)
    if is_busy:
        response["Retry-After"] = "2"
    return keep_private(response)


def _locked_out(request: HttpRequest, limited: RateLimited) -> HttpResponseBase:
    """Say when to try again."""
    seconds = limited.retry_after_seconds
    response = render(request, "staff/account/locked_out.html", {"minutes": max(1, round(seconds / 60))}, status=429)
    response["Retry-After"] = str(seconds)
    return keep_private(response)
