"""Who stands before a staff page: somebody signed in, at one of their stores, with role enough."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import wraps
from typing import Any, Concatenate, NoReturn, ParamSpec
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now as clock_now

from booking.models import Booking
from booking.permissions import member_booking, membership
from booking.policy import BookingRefused, Refusal
from stores.models import Role, Store

Rest = ParamSpec("Rest")


class AtStore:
    """A member at one of their stores; the clock is read once a request."""

    def __init__(self, user: User, store: Store, role: str, *, now: datetime) -> None:
        self.user = user
        self.store = store
        self.is_manager = role == Role.MANAGER
        self.now = now
        self.zone = ZoneInfo(store.time_zone)

    @property
    def today(self) -> date:
        """The store's own day."""
        return self.now.astimezone(self.zone).date()


StoreView = Callable[Concatenate[HttpRequest, AtStore, Rest], HttpResponseBase]
View = Callable[..., HttpResponseBase]
VisitView = Callable[Concatenate[HttpRequest, AtStore, Booking, Rest], HttpResponseBase]


def at_store(*, need: Role = Role.STAFF, come_back: str = "") -> Callable[[StoreView[Rest]], View]:
    """Hand the view who is at which store; everybody else signs in, or learns nothing.

    `come_back` names the page shown after signing in where this address only takes what is sent to it.
    """

    def decorate(view: StoreView[Rest]) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, store: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return keep_private(_sign_in_first(request, store, come_back))
            try:
                found = membership(request.user, store, need=need)
            except BookingRefused as refused:
                raise_for(refused)
            at = AtStore(request.user, found.store, found.role, now=clock_now())
            return keep_private(view(request, at, *args, **kwargs))

        return wrapper

    return decorate


def at_visit(view: VisitView[Rest]) -> View:
    """Hand the view one visit of a store the user works at; any other is as unknown as none at all."""

    @wraps(view)
    def wrapper(
        request: HttpRequest, store: str, reference: str, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return keep_private(_sign_in_first(request, store, "staff-day"))
        try:
            booking = member_booking(request.user, reference)
        except BookingRefused as refused:
            raise_for(refused)
        if booking.store.slug != store:
            raise Http404
        role: str = booking.member_role  # type: ignore[attr-defined]  # annotated by member_booking
        at = AtStore(request.user, booking.store, role, now=clock_now())
        return keep_private(view(request, at, booking, *args, **kwargs))

    return wrapper


def staff_page(
    request: HttpRequest, at: AtStore, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a page of the store's own, with what every one of them shows."""
    shared = {
        "store": at.store,
        "zone": at.zone,
        "is_manager": at.is_manager,
        "today": at.today,
        "now": at.now,
    }
    return render(request, template, {**shared, **context}, status=status)


def raise_for(refused: BookingRefused) -> NoReturn:
    """Raise what Django shows as the page for nothing here, or not for you."""
    if refused.reason == Refusal.NOT_FOUND:
        raise Http404 from refused
    if refused.reason == Refusal.NOT_PERMITTED:
        raise PermissionDenied from refused
    raise refused


def keep_private(response: HttpResponseBase) -> HttpResponseBase:
    """Keep names out of caches and search engines; a page that says itself how it may be kept is left alone."""
    response.headers.setdefault("Cache-Control", "no-store, private")
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _sign_in_first(request: HttpRequest, store: str, come_back: str) -> HttpResponse:
    is_shown = request.method in ("GET", "HEAD") or not come_back
    following = request.get_full_path() if is_shown else reverse(come_back, args=[store])
    return redirect_to_login(following, reverse("staff-sign-in"))
