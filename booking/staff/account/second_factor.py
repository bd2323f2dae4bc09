"""The page of the user's own second factor: an app, passkeys, and recovery codes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import now as clock_now
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from booking.accounts.passkeys import (
    PASSKEYS_MOST,
    BadPasskey,
    add_passkey,
    new_challenge,
    options_to_make,
    passkeys_work,
    remove_passkey,
)
from booking.accounts.permissions import zone_of
from booking.accounts.second_factor import (
    WrongCode,
    add_app,
    app_address,
    new_app_key,
    new_recovery_codes,
    remove_app,
    second_factor,
    turn_on,
)
from booking.accounts.sign_ins import SIGNED_IN_KEY
from booking.accounts.user_agents import browser_in_words
from booking.formats.qr_codes import address_code
from booking.limits import RateLimited
from booking.models import Passkey
from booking.staff.access import signed_in
from booking.staff.forms.account import CodeForm, OwnPasswordForm
from booking.web.responses import see_other

_PROVEN_KEY, _APP_KEY, _CHALLENGE_KEY = "proven_at", "new_app_key", "new_passkey_challenge"
_PROVEN_FOR = timedelta(minutes=10)
_LONGEST = 20_000


@sensitive_post_parameters("current", "code", "credential")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(come_back="staff-second-factor")
def own_second_factor(request: HttpRequest, user: User) -> HttpResponseBase:
    """Show the user's second factors; add and remove them, after the password was given again."""
    now = clock_now()
    if not _is_proven(request, now=now):
        return _prove(request, user, now=now)
    what = request.POST.get("what", "") if request.method == "POST" else ""
    if what == "app":
        return _add_app(request, user, now=now)
    if what == "passkey":
        return _add_passkey(request, user, now=now)
    if what == "codes" and second_factor(user).is_on:
        return _page(request, user, codes=new_recovery_codes(user=user))
    if what == "remove-app":
        remove_app(user=user)
    elif what == "remove-passkey" and request.POST.get("passkey", "").isdecimal():
        remove_passkey(user=user, passkey_id=int(request.POST["passkey"][:18]))
    return _page(request, user) if not what else see_other(f"{request.path}?done={what}")


def _prove(request: HttpRequest, user: User, *, now: datetime) -> HttpResponseBase:
    form, is_locked = OwnPasswordForm(request.POST if "current" in request.POST else None, user=user), False
    try:
        if form.is_bound and form.try_password():
            request.session[_PROVEN_KEY] = now.isoformat()
            return see_other(request.get_full_path())
    except RateLimited:
        form, is_locked = OwnPasswordForm(user=user), True
    problems = form.problems() if form.is_bound else []
    context = {"form": form, "problems": problems, "is_locked": is_locked, "is_needed": _is_needed(request)}
    status = 429 if is_locked else 400 if problems else 200
    return render(request, "staff/account/prove.html", context, status=status)


def _add_app(request: HttpRequest, user: User, *, now: datetime) -> HttpResponseBase:
    form, key = CodeForm(request.POST), str(request.session.get(_APP_KEY, ""))
    if second_factor(user).has_app:
        return see_other(request.path)
    if form.is_valid():
        try:
            if not key:
                raise WrongCode
            codes = _turn_on(request, user, partial(add_app, key=key, code=form.cleaned_data["code"]), now=now)
        except WrongCode:
            form.add_error("code", _("This code is not right. Wait for the next one and try again."))
        else:
            del request.session[_APP_KEY]
            return _added(request, user, codes)
    return _page(request, user, form=form)


def _add_passkey(request: HttpRequest, user: User, *, now: datetime) -> HttpResponseBase:
    credential = request.POST.get("credential", "")
    name = browser_in_words(request.headers.get("User-Agent", "")) or _("A browser")
    challenge = str(request.session.pop(_CHALLENGE_KEY, ""))
    try:
        if not challenge or len(credential) > _LONGEST:
            raise BadPasskey
        add = partial(add_passkey, credential=credential, challenge=challenge, name=name, now=now)
        codes = _turn_on(request, user, add, now=now)
    except BadPasskey:
        return _page(request, user, is_refused=True)
    return _added(request, user, codes)


def _turn_on(request: HttpRequest, user: User, add: Callable[..., object], *, now: datetime) -> list[str]:
    """Add a factor; return the recovery codes that come with the first one. Raises what `add` raises."""
    current = request.session.session_key or ""
    return turn_on(user=user, add=partial(add, user=user), current_key=current, now=now)


def _added(request: HttpRequest, user: User, codes: list[str]) -> HttpResponseBase:
    """Show the recovery codes, which come with the first factor."""
    if codes:
        return _page(request, user, codes=codes, is_new=True)
    return see_other(f"{request.path}?done=added")


def _page(
    request: HttpRequest,
    user: User,
    *,
    form: CodeForm | None = None,
    codes: list[str] | None = None,
    is_new: bool = False,
    is_refused: bool = False,
) -> HttpResponseBase:
    has = second_factor(user)
    problems = form.problems() if form else []
    context: dict[str, Any] = {
        "form": form or CodeForm(),
        "problems": problems,
        "has": has,
        "zone": zone_of(user),
        "codes": codes,
        "is_new": is_new,
        "is_refused": is_refused,
        "is_needed": _is_needed(request) and not has.is_on,
        "done": request.GET.get("done", "") if not codes else "",
        "passkeys": Passkey.objects.filter(user=user).order_by("created_at", "pk"),
    }
    if not has.has_app:
        key = request.session.setdefault(_APP_KEY, new_app_key())
        address = app_address(user, key)
        context |= {"app_code": address_code(address), "app_address": address, "app_secret": _secret(address)}
    if passkeys_work() and has.passkeys < PASSKEYS_MOST:
        request.session[_CHALLENGE_KEY] = challenge = new_challenge()
        context["passkey_options"] = options_to_make(user=user, challenge=challenge)
    status = 400 if problems or is_refused else 200
    return render(request, "staff/account/second_factor.html", context, status=status)


def _secret(address: str) -> str:
    """Return the secret in groups of four, for typing into an app that cannot scan."""
    secret = address.partition("secret=")[2].partition("&")[0]
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _is_needed(request: HttpRequest) -> bool:
    return "needed" in request.GET


def _is_proven(request: HttpRequest, *, now: datetime) -> bool:
    """Tell whether the password was given just before, at the sign-in or here."""
    told = request.session.get(SIGNED_IN_KEY) or {}
    moments = [text for text in (request.session.get(_PROVEN_KEY), told.get("at")) if text]
    return any(now - datetime.fromisoformat(text) < _PROVEN_FOR for text in moments)
