"""Signing in, the second step: a code after the password, or a passkey instead of both."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.timezone import now as clock_now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from booking import limits
from booking.services.passkeys import BadPasskey, new_challenge, options_to_sign_in, passkeys_work, whose_passkey
from booking.services.second_factor import is_right_code, second_factor
from booking.staff_forms.shared import StaffForm
from booking.views.account import note_sign_in
from booking.views.staff_access import keep_private
from booking.views.staff_links import following, see_other

_BEGUN_KEY, _CHALLENGE_KEY = "second_step", "passkey_challenge"
_GOOD_FOR = timedelta(minutes=10)
_BACKEND = "django.contrib.auth.backends.ModelBackend"
_LONGEST = 20_000


class CodeForm(StaffForm):
    """A code of the app, or one kept for the worst case."""

    code = forms.CharField(
        max_length=40,
        label=gettext_lazy("Code"),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
        error_messages={"required": gettext_lazy("Enter the code.")},
    )


def begin(request: HttpRequest, user: User, wanted: str) -> HttpResponseBase:
    """Ask somebody whose password was right for what else they have; until then nobody is signed in."""
    request.session.cycle_key()
    request.session[_BEGUN_KEY] = {"user": user.pk, "at": clock_now().isoformat(), "next": wanted}
    return keep_private(see_other(reverse("staff-second-step")))


def finish(request: HttpRequest, user: User, wanted: str) -> HttpResponseBase:
    """Sign somebody in who proved all that is asked of them."""
    for key in (_BEGUN_KEY, _CHALLENGE_KEY):
        request.session.pop(key, None)
    login(request, user, backend=_BACKEND)
    note_sign_in(request)
    return keep_private(redirect(wanted))


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponseBase:
    """Ask for the code; whoever did not give their password just before begins there."""
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
    """Return what the browser asks its passkeys, good for one sign-in."""
    if not passkeys_work():
        raise Http404
    challenge = new_challenge()
    request.session[_CHALLENGE_KEY] = {"challenge": challenge, "at": clock_now().isoformat()}
    return keep_private(JsonResponse(options_to_sign_in(challenge=challenge)))


@require_POST
def passkey(request: HttpRequest) -> HttpResponseBase:
    """Sign in whoever holds a passkey of theirs."""
    now, credential = clock_now(), request.POST.get("credential", "")
    asked = _fresh(request.session.pop(_CHALLENGE_KEY, None), now=now)
    begun = _begun(request, now=now)
    wanted = begun[1] if begun is not None else following(request)
    try:
        if asked is None or len(credential) > _LONGEST:
            raise BadPasskey
        user = whose_passkey(credential=credential, challenge=str(asked["challenge"]), now=now)
    except BadPasskey:
        context = {"next": wanted}
        return keep_private(render(request, "staff/passkey_refused.html", context, status=400))
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
    return keep_private(render(request, "staff/second_step.html", context, status=status))


def _begun(request: HttpRequest, *, now: datetime) -> tuple[User, str] | None:
    """Return who gave their password just before, and where they want to go."""
    begun = _fresh(request.session.get(_BEGUN_KEY), now=now)
    user = User.objects.filter(pk=begun["user"], is_active=True).first() if begun else None
    return (user, str(begun["next"])) if begun and user else None


def _fresh(kept: Any, *, now: datetime) -> dict[str, Any] | None:
    is_fresh = isinstance(kept, dict) and now - datetime.fromisoformat(kept["at"]) < _GOOD_FOR
    return kept if is_fresh else None


urlpatterns = [
    path("staff/sign-in/second/", second_step, name="staff-second-step"),
    path("staff/sign-in/passkey/", passkey, name="staff-passkey"),
    path("staff/sign-in/passkey/options/", passkey_options, name="staff-passkey-options"),
]
