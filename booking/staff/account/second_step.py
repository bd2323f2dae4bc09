"""The second step of signing in: a code after the password, or a passkey instead of both."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now as clock_now
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from booking import limits
from booking.accounts.passkeys import BadPasskey, new_challenge, options_to_sign_in, passkeys_work, whose_passkey
from booking.accounts.second_factor import is_right_code, second_factor
from booking.accounts.sign_ins import PasswordOutdated, SecondFactorNeeded, sign_in_browser
from booking.staff.account.given_passwords import must_choose_password, remember_proved
from booking.staff.forms.account import CodeForm
from booking.staff.redirects import first_page, following
from booking.web.responses import keep_private, see_other

_BEGUN_KEY = "second_step"
_GOOD_FOR = timedelta(minutes=10)
_LONGEST = 20_000
# In a cookie, not in a session: a stranger's request writes no row anywhere.
_CHALLENGE_COOKIE = "__Host-passkey" if settings.IS_HTTPS else "passkey"
_signer = TimestampSigner(salt="booking.passkey")


def begin(request: HttpRequest, user: User, wanted: str) -> HttpResponseBase:
    """Ask a user whose password was right for the second factor; until then the user is not signed in."""
    request.session.cycle_key()
    begun = {"user": user.pk, "password": user.get_session_auth_hash(), "at": clock_now().isoformat(), "next": wanted}
    request.session[_BEGUN_KEY] = begun
    return keep_private(see_other(reverse("staff-second-step")))


def finish(request: HttpRequest, user: User, wanted: str, *, by_password_alone: bool = False) -> HttpResponseBase:
    """Sign in a user who has proved everything that is required; ask for more if more is required by now."""
    request.session.pop(_BEGUN_KEY, None)
    if must_choose_password(user):
        remember_proved(request, user, wanted, by_password_alone=by_password_alone)
        return keep_private(see_other(reverse("staff-own-password")))
    try:
        sign_in_browser(user=user, by_password_alone=by_password_alone, request=request, now=clock_now())
    except SecondFactorNeeded:
        return begin(request, user, wanted)
    except PasswordOutdated:
        return keep_private(see_other(reverse("staff-sign-in")))
    return keep_private(redirect(first_page(user) if wanted == reverse("staff-home") else wanted))


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponseBase:
    """Ask for the code; users who did not give their password just before start at the sign-in page."""
    begun = _begun(request, now=clock_now())
    if begun is None:
        return keep_private(see_other(reverse("staff-sign-in")))
    user, wanted = begun
    if request.method != "POST":
        return _ask(request, user, CodeForm())
    form = CodeForm(request.POST)
    if form.is_valid():
        if not limits.try_secret(limits.SECOND_FACTOR, limits.person(user.pk)):
            return _ask(request, user, CodeForm(), is_locked=True)
        if is_right_code(user=user, code=form.cleaned_data["code"]):
            limits.right_secret(limits.SECOND_FACTOR, limits.person(user.pk))
            return finish(request, user, wanted)
        form.add_error("code", _("This code is not right, or was used before. Wait for the next one and try again."))
    return _ask(request, user, form)


@require_POST
def passkey_options(request: HttpRequest) -> HttpResponseBase:
    """Return the options of a passkey sign-in for the browser, valid for one sign-in."""
    if not passkeys_work():
        raise Http404
    challenge = new_challenge()
    response = JsonResponse(options_to_sign_in(challenge=challenge))
    response.set_cookie(
        _CHALLENGE_COOKIE,
        _signer.sign(challenge),
        max_age=int(_GOOD_FOR.total_seconds()),
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return keep_private(response)


@require_POST
def passkey(request: HttpRequest) -> HttpResponseBase:
    """Sign in a user by passkey."""
    now, credential = clock_now(), request.POST.get("credential", "")
    challenge = _challenge(request)
    begun = _begun(request, now=now)
    wanted = begun[1] if begun is not None else following(request)
    try:
        if not challenge or len(credential) > _LONGEST:
            raise BadPasskey
        user = whose_passkey(credential=credential, challenge=challenge, now=now)
    except BadPasskey:
        context = {"next": wanted}
        return keep_private(render(request, "staff/account/passkey_refused.html", context, status=400))
    return finish(request, user, wanted)


def _ask(request: HttpRequest, user: User, form: CodeForm, *, is_locked: bool = False) -> HttpResponseBase:
    problems = form.problems() if form.is_bound else []
    context = {
        "form": form,
        "problems": problems,
        "has": second_factor(user),
        "passkeys_work": passkeys_work(),
        "is_locked": is_locked,
    }
    status = 429 if is_locked else 400 if problems else 200
    return keep_private(render(request, "staff/account/second_step.html", context, status=status))


def _begun(request: HttpRequest, *, now: datetime) -> tuple[User, str] | None:
    """Return the user whose password was right just before, and the page that they want."""
    begun = _fresh(request.session.get(_BEGUN_KEY), now=now)
    user = User.objects.filter(pk=begun["user"], is_active=True).first() if begun else None
    if begun is None or user is None or begun.get("password") != user.get_session_auth_hash():
        return None
    return user, str(begun["next"])


def _challenge(request: HttpRequest) -> str:
    """Return this browser's challenge, once; "" for none, or one that is outdated or was answered before.

    Raises CountersAway.
    """
    try:
        challenge = _signer.unsign(request.COOKIES.get(_CHALLENGE_COOKIE, ""), max_age=_GOOD_FOR)
    except BadSignature:
        return ""
    return challenge if limits.try_secret(limits.PASSKEY_CHALLENGE, [limits.Counted(challenge)]) else ""


def _fresh(kept: Any, *, now: datetime) -> dict[str, Any] | None:
    is_fresh = isinstance(kept, dict) and now - datetime.fromisoformat(kept["at"]) < _GOOD_FOR
    return kept if is_fresh else None
