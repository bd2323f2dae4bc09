"""Access to pages for staff: a signed-in member of the store with a sufficient role.

The pages of arrivals also accept a paired tablet, in the name of the member who entered their PIN last.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import wraps
from typing import Any, Concatenate, NoReturn, ParamSpec
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now as clock_now

from booking.accounts.devices import note_seen, note_use
from booking.accounts.permissions import DeviceAccess, SecondFactorMissing, device_access, member_booking, membership
from booking.models import Booking, Device
from booking.refusals import BookingRefused, Refusal
from booking.staff.typed_forms import keep_typed
from booking.tokens import device_digest
from booking.web.responses import keep_private
from stores.models import Role, Store

Rest = ParamSpec("Rest")


class StaffContext:
    """A member at one of their stores, with or without a tablet of the store; the clock is read once a request."""

    def __init__(self, user: User, store: Store, role: str, *, now: datetime, device: Device | None = None) -> None:
        self.user = user
        self.store = store
        self.device = device
        # The tablet is at the counter: its user does arrivals, but nothing that needs a manager.
        self.is_manager = role == Role.MANAGER and device is None
        self.now = now
        self.zone = ZoneInfo(store.time_zone)

    @property
    def today(self) -> date:
        """The current date in the store's zone."""
        return self.now.astimezone(self.zone).date()

    @property
    def hides_names(self) -> bool:
        """Tell whether this is a tablet that nobody has touched for a while."""
        return self.device is not None and self.device.hides_names(self.now)

    def used(self, moments: Iterable[datetime]) -> None:
        """Record the taps, where this is a tablet."""
        if self.device is not None:
            note_use(device=self.device, moments=moments, now=self.now)


StoreView = Callable[Concatenate[HttpRequest, StaffContext, Rest], HttpResponseBase]
UserView = Callable[Concatenate[HttpRequest, User, Rest], HttpResponseBase]
View = Callable[..., HttpResponseBase]
VisitView = Callable[Concatenate[HttpRequest, StaffContext, Booking, Rest], HttpResponseBase]


def at_store(
    *,
    need: Role = Role.STAFF,
    come_back: str = "",
    keeps_typed: bool = False,
    devices: bool = False,
    names_nobody: bool = False,
) -> Callable[[StoreView[Rest]], View]:
    """Pass the signed-in member and the store to the view. Anonymous visitors go to the sign-in page, others get 404.

    `come_back` names the page shown after signing in where this address only takes POST requests. `devices` also
    accepts the store's own tablets; one that hides names only where the view `names_nobody` to it. A form that was sent
    after its session had ended is kept through the sign-in where the address shows its form itself, that is without
    `come_back`, or where it `keeps_typed`.
    """

    def decorate(view: StoreView[Rest]) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, store: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            if not isinstance(request.user, User):
                access = paired_tablet(request, store) if devices else None
                if access is None:
                    keeps = keeps_typed or not come_back
                    return keep_private(sign_in_first(request, store, come_back, keeps_typed=keeps))
                now = clock_now()
                if not _may_see(access, now, names_nobody=names_nobody):
                    return keep_private(redirect("staff-unlock", store))
                return keep_private(view(request, _at_tablet(access, now), *args, **kwargs))
            try:
                found = membership(request.user, store, need=need)
            except SecondFactorMissing:
                return prove_more_first(request)
            except BookingRefused as refused:
                raise_for(refused)
            at = StaffContext(request.user, found.store, found.role, now=clock_now())
            return keep_private(view(request, at, *args, **kwargs))

        return wrapper

    return decorate


def at_visit(*, devices: bool = False) -> Callable[[VisitView[Rest]], View]:
    """Pass a visit of a store that the user works at to the view. Any other visit is a 404.

    `devices` also accepts the store's own tablets, but none that hides names.
    """

    def decorate(view: VisitView[Rest]) -> View:
        @wraps(view)
        def wrapper(
            request: HttpRequest, store: str, reference: str, *args: Rest.args, **kwargs: Rest.kwargs
        ) -> HttpResponseBase:
            user: Any = request.user
            device, now = None, clock_now()
            if not isinstance(user, User):
                access = paired_tablet(request, store) if devices else None
                if access is None:
                    return keep_private(sign_in_first(request, store, "staff-day"))
                if not _may_see(access, now):
                    return keep_private(redirect("staff-unlock", store))
                user, device = access.acting, access.device
            try:
                booking = member_booking(user, reference)
            except SecondFactorMissing:
                return prove_more_first(request)
            except BookingRefused as refused:
                raise_for(refused)
            if booking.store.slug != store:
                raise Http404
            role: str = booking.member_role  # type: ignore[attr-defined]  # annotated by member_booking
            at = StaffContext(user, booking.store, role, now=now, device=device)
            return keep_private(view(request, at, booking, *args, **kwargs))

        return wrapper

    return decorate


def signed_in(*, come_back: str) -> Callable[[UserView[Rest]], View]:
    """Pass the signed-in user to the view, whatever their stores. Anonymous visitors go to the sign-in page.

    `come_back` names the page shown after signing in where the request was a POST.
    """

    def decorate(view: UserView[Rest]) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return keep_private(to_sign_in(request, reverse(come_back)))
            return keep_private(view(request, request.user, *args, **kwargs))

        return wrapper

    return decorate


def paired_tablet(request: HttpRequest, store: str) -> DeviceAccess | None:
    """Return the tablet that sends the request, None where it is not a paired one.

    Raises Http404 for another store's tablet, PermissionDenied for a revoked one, which then deletes its data.
    """
    secret = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    access = device_access(device_digest(secret)) if secret else None
    if access is None:
        return None
    if access.device.store.slug != store:
        raise Http404
    if access.device.revoked_at is not None:
        raise PermissionDenied
    return access


def _may_see(access: DeviceAccess, now: datetime, *, names_nobody: bool = False) -> bool:
    """Tell whether a tablet has access: a member acts on it, and it shows names or the view sends it none."""
    return access.acting is not None and (names_nobody or not access.device.hides_names(now))


def _at_tablet(access: DeviceAccess, now: datetime) -> StaffContext:
    note_seen(device=access.device, now=now)
    acting: Any = access.acting  # not None: _may_see has checked it
    return StaffContext(acting, access.device.store, Role.STAFF, now=now, device=access.device)


def staff_page(
    request: HttpRequest, at: StaffContext, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a page of the store, with the context that all of them share."""
    shared = {
        "store": at.store,
        "zone": at.zone,
        "is_manager": at.is_manager,
        "today": at.today,
        "now": at.now,
        "device": at.device,
        "acting": at.user,
    }
    return render(request, template, {**shared, **context}, status=status)


def raise_for(refused: BookingRefused) -> NoReturn:
    """Raise the exception that Django answers with its 404 or 403 page; else raise the refusal again."""
    if refused.reason == Refusal.NOT_FOUND:
        raise Http404 from refused
    if refused.reason == Refusal.NOT_PERMITTED:
        raise PermissionDenied from refused
    raise refused


def prove_more_first(request: HttpRequest) -> HttpResponseBase:
    """Redirect a manager who lacks the required second factor to its set-up. Raises PermissionDenied for a POST."""
    if request.method not in ("GET", "HEAD"):
        raise PermissionDenied
    return keep_private(redirect(f"{reverse('staff-second-factor')}?needed=1"))


def sign_in_first(request: HttpRequest, store: str, come_back: str, *, keeps_typed: bool = False) -> HttpResponse:
    """Redirect to the sign-in, and from there back to the page, or to `come_back` where it only takes POST requests.

    Where the view `keeps_typed`, the sign-in leads to the page that sends the form again.
    """
    if keeps_typed and request.method == "POST":
        response = redirect_to_login(reverse("staff-typed", args=[store]), reverse("staff-sign-in"))
        if keep_typed(request, response, store):
            return response
    return to_sign_in(request, reverse(come_back, args=[store]) if come_back else request.get_full_path())


def to_sign_in(request: HttpRequest, come_back: str) -> HttpResponse:
    """Redirect to the sign-in, and from there back to this page, or to `come_back` after a POST."""
    is_shown = request.method in ("GET", "HEAD")
    return redirect_to_login(request.get_full_path() if is_shown else come_back, reverse("staff-sign-in"))
