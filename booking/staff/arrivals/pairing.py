"""Pages on a tablet: pairing it by a code, and taking it over by PIN."""

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now as clock_now
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from booking import limits
from booking.accounts.devices import leave_device, pair_device
from booking.accounts.paired_devices import member_pins
from booking.accounts.permissions import DeviceAccess
from booking.accounts.pins import PinResult, take_over
from booking.models import TABLET_PAUSE, Device
from booking.staff.access import paired_tablet, sign_in_first
from booking.staff.forms.devices import PairForm, UnlockForm
from booking.web.forms import FormProblem
from booking.web.responses import keep_private

_COOKIE_DAYS = 400  # the longest that browsers keep a cookie
_FORM_METHODS = ["GET", "HEAD", "POST"]


@sensitive_post_parameters("code")
@require_http_methods(_FORM_METHODS)
def pair(request: HttpRequest) -> HttpResponseBase:
    """Pair this tablet with a store, by the code that a manager of the store shows."""
    if request.method != "POST":
        return _pair_page(request, PairForm())
    form = PairForm(request.POST)
    if not form.is_valid():
        return _pair_page(request, form, status=400)
    client = limits.client_networks(request)
    if not limits.try_secret(limits.PAIRING, client):
        return _pair_page(request, PairForm(), problem=_("Too many wrong codes. Wait 15 minutes."), status=429)
    before = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    paired = pair_device(code=form.cleaned_data["code"], now=clock_now(), replaces=before)
    if paired is None:
        problem = _("This code is not good, or not any more. Ask for a new one.")
        return _pair_page(request, form, problem=problem, status=400)
    limits.right_secret(limits.PAIRING, client)
    device, secret = paired
    response = redirect("staff-unlock", device.store.slug)
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        secret,
        max_age=_COOKIE_DAYS * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return keep_private(response)


@sensitive_post_parameters("pin")
@require_http_methods(_FORM_METHODS)
def unlock(request: HttpRequest, store: str) -> HttpResponseBase:
    """Ask for the member who takes the tablet over, and their PIN. Users signed in by password need no PIN."""
    if isinstance(request.user, User):
        return keep_private(redirect("staff-arrivals", store))
    access = paired_tablet(request, store)
    if access is None:
        return keep_private(sign_in_first(request, store, "staff-arrivals"))
    if request.method != "POST":
        return _unlock_page(request, access, UnlockForm(people=_people(access.device)))
    if request.POST.get("what") == "leave":
        leave_device(device=access.device)
        return keep_private(redirect("staff-unlock", store))
    form = UnlockForm(request.POST, people=_people(access.device))
    if not form.is_valid():
        return _unlock_page(request, access, form, status=400)
    typed = form.cleaned_data
    found = take_over(device=access.device, username=typed["username"], pin=typed["pin"], now=clock_now())
    if found is PinResult.YES:
        return keep_private(redirect("staff-arrivals", store))
    if found is PinResult.PAUSED:
        form.add_error("pin", _("Too many wrong PINs on this tablet. Wait half a minute."))
        response = _unlock_page(request, access, form, status=429)
        response.headers["Retry-After"] = str(TABLET_PAUSE.seconds)
        return response
    locked = _("Five wrong PINs: this one is locked. A manager unlocks it under Set-up, Tablets.")
    form.add_error("pin", locked if found is PinResult.LOCKED else _("This PIN is wrong. Please try again."))
    return _unlock_page(request, access, form, status=400)


def _people(device: Device) -> list[tuple[str, str]]:
    return [(one.username, one.name) for one in member_pins(device.store) if one.has_pin]


def _pair_page(request: HttpRequest, form: PairForm, *, problem: str = "", status: int = 200) -> HttpResponseBase:
    problems = form.problems() if form.is_bound else []
    context = {"form": form, "problems": [*problems, *([FormProblem(problem)] if problem else [])]}
    return keep_private(render(request, "staff/account/pair.html", context, status=status))


def _unlock_page(
    request: HttpRequest, access: DeviceAccess, form: UnlockForm, *, status: int = 200
) -> HttpResponseBase:
    context = {
        "form": form,
        "problems": form.problems() if form.is_bound else [],
        "store": access.device.store,
        "device": access.device,
        "acting": access.acting,
        "has_people": bool(form.fields["username"].choices),  # type: ignore[attr-defined]  # it is a ChoiceField
    }
    return keep_private(render(request, "staff/account/unlock.html", context, status=status))
