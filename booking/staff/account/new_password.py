"""Pages that ask for a new password: the first of one's own, and one for a password that was forgotten."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now as clock_now
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from booking import limits
from booking.accounts.password_links import choose_password_by_link, send_password_links, user_of_link
from booking.accounts.sign_ins import change_password
from booking.staff.account.given_passwords import forget_proved, read_proved
from booking.staff.account.second_step import finish
from booking.staff.forms.account import ForgottenForm, NewPasswordForm
from booking.staff.setup.invitations import staff_language
from booking.web.responses import keep_private, see_other


@sensitive_post_parameters("new")
@require_http_methods(["GET", "HEAD", "POST"])
def own_password(request: HttpRequest) -> HttpResponseBase:
    """Ask somebody whose password a manager chose for one of their own, then sign them in."""
    proved = read_proved(request, now=clock_now())
    if proved is None:
        return keep_private(see_other(reverse("staff-sign-in")))
    user, wanted, by_password_alone = proved
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_bound and form.is_valid():
        change_password(user=user, password=form.cleaned_data["new"])
        forget_proved(request)
        return finish(request, user, wanted, by_password_alone=by_password_alone)
    return _ask(request, form, name=user.username, is_given=True)


@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponseBase:
    """Take a user name or an address, and mail a link if there is one to mail; the answer is always the same."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        send_password_links(typed=form.cleaned_data["who"], language=staff_language(), now=clock_now())
        return keep_private(see_other(f"{request.path}?done=1"))
    problems = form.problems() if form.is_bound else []
    context = {"form": form, "problems": problems, "is_done": "done" in request.GET}
    status = 400 if problems else 200
    return keep_private(render(request, "staff/account/forgotten.html", context, status=status))


@sensitive_post_parameters("new")
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask for a new password by a link, and lead to the sign-in with its second factor. Raises RateLimited."""
    limits.refuse_wrong_tokens(request)
    user = user_of_link(token)
    if user is None:
        limits.wrong_token(request)
        return _over(request)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_bound and form.is_valid():
        if not choose_password_by_link(token=token, password=form.cleaned_data["new"], now=clock_now()):
            return _over(request)
        return _unseen(see_other(f"{reverse('staff-sign-in')}?done=password"))
    return _ask(request, form, name=user.username)


def _ask(request: HttpRequest, form: NewPasswordForm, *, name: str, is_given: bool = False) -> HttpResponseBase:
    problems = form.problems() if form.is_bound else []
    context = {"form": form, "problems": problems, "name": name, "is_given": is_given}
    return _unseen(render(request, "staff/account/new_password.html", context, status=400 if problems else 200))


def _over(request: HttpRequest) -> HttpResponseBase:
    return _unseen(render(request, "staff/account/new_password.html", {"form": None}, status=404))


def _unseen(response: HttpResponseBase) -> HttpResponseBase:
    """Keep the page out of caches and search engines, and its address out of other sites' logs."""
    response["Referrer-Policy"] = "no-referrer"
    return keep_private(response)
