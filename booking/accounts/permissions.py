"""Permissions: the one place where roles at stores are checked, for pages and API alike.

A manager of an organization manages every store of it, whatever their role at the store itself.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields import CharField
from django_otp.plugins.otp_totp.models import TOTPDevice

from booking.models import Booking, Device, Passkey
from booking.models.busy_visits import AT_BUSY_TIME
from booking.refusals import BookingRefused, Refusal
from booking.tokens import read_reference
from stores.models import Organization, OrganizationMembership, Role, Store, StoreMembership

# What stands for the actual user and store in a statement that is built once: no store has such a slug.
_SOME_USER, _SOME_SLUG = -1_000_003, "a slug, with spaces"


class SecondFactorMissing(BookingRefused):
    """The store requires a second factor of its managers, and this manager has none."""

    def __init__(self) -> None:
        super().__init__(Refusal.NOT_PERMITTED)


@dataclass(frozen=True, slots=True)
class Access:
    """A store on which a user may act, and their role there."""

    store: Store
    role: str


@dataclass(frozen=True, slots=True)
class DeviceAccess:
    """A paired tablet and its acting user: None before a takeover, or if the user may no longer act there."""

    device: Device
    acting: User | None


def memberships(user: User) -> list[Access]:
    """Return every store on which the user may act, by name, with one statement."""
    found = Store.objects.annotate(member_role=_role_at(user, "pk")).filter(member_role__isnull=False)
    return [Access(store, store.member_role) for store in found.order_by("name", "pk")]


def own_memberships(user: User) -> list[Access]:
    """Return the stores of which the user is a member, by name, without those only of their organizations."""
    found = Store.objects.filter(memberships__user=user).annotate(member_role=_role_at(user, "pk"))
    return [Access(store, store.member_role) for store in found.order_by("name", "pk")]


def zone_of(user: User) -> ZoneInfo:
    """Return the time zone of a user: that of the first of their stores, by name."""
    names = Store.objects.filter(memberships__user=user).order_by("name", "pk").values_list("time_zone", flat=True)
    return ZoneInfo(names.first() or settings.TIME_ZONE)


def membership(user: User, slug: str, *, need: Role = Role.STAFF) -> Access:
    """Return a store on which the user may act, and their role, with one statement.

    Raises BookingRefused: NOT_FOUND if the user is not a member, NOT_PERMITTED if the role is not enough; and its
    subclass SecondFactorMissing.
    """
    sql, params = _access_statement(connection.vendor)
    actual = {_SOME_USER: user.pk, _SOME_SLUG: slug}
    found: Any = Store.objects.raw(sql, [actual.get(param, param) for param in params])
    store = next(iter(found), None)
    if store is None or store.member_role is None:
        raise BookingRefused(Refusal.NOT_FOUND)
    _require(store.member_role, need, lacks_factor=store.lacks_factor)
    return Access(store, store.member_role)


@cache
def _access_statement(_vendor: str) -> tuple[str, tuple[Any, ...]]:
    """Return the statement of `membership` and its parameters, with a user and a slug to replace.

    Each request of a member of staff begins with it, and to build it takes four times as long as to answer it.
    """
    user = User(pk=_SOME_USER)
    stores = Store.objects.annotate(member_role=_role_at(user, "pk"), lacks_factor=_lacks_factor(user))
    return stores.filter(slug=_SOME_SLUG).query.sql_with_params()


def member_store(user: User, slug: str, *, need: Role = Role.STAFF) -> Store:
    """Return a store at which the user works. Raises the errors of membership."""
    return membership(user, slug, need=need).store


def member_booking(user: User, reference: str, *, need: Role = Role.STAFF) -> Booking:
    """Return a booking of a store where the user works, with its relations. Raises the errors of membership."""
    booking = (
        Booking.objects.filter(reference=read_reference(reference))
        .annotate(
            member_role=_role_at(user, "store_id"),
            lacks_factor=_lacks_factor(user, "store__"),
            at_busy_time=AT_BUSY_TIME,
        )
        .select_related("store", "desk", "visit_type")
        .first()
    )
    if booking is None or booking.member_role is None:
        raise BookingRefused(Refusal.NOT_FOUND)
    _require(booking.member_role, need, lacks_factor=booking.lacks_factor)
    return booking


def device_access(digest: str) -> DeviceAccess | None:
    """Return the tablet with this digest, even a revoked one, and the user who may act on it; one statement."""
    acting = OuterRef("acting_id")
    device = (
        Device.objects.filter(digest=digest)
        .annotate(member_role=_role_at(acting, "store_id"))
        .select_related("store", "acting")
        .first()
    )
    if device is None:
        return None
    user = device.acting
    may_act = user is not None and user.is_active and device.member_role is not None
    return DeviceAccess(device, user if may_act else None)


def is_manager(user: User, store: Store) -> bool:
    """Tell whether the user manages a store, as its own manager or by one of its organizations."""
    return Store.objects.filter(pk=store.pk).annotate(role=_role_at(user, "pk")).filter(role=Role.MANAGER).exists()


def organization_memberships(user: User) -> list[Organization]:
    """Return the organizations the user manages, by name."""
    return list(Organization.objects.filter(memberships__user=user).order_by("name", "pk"))


def organization_access(user: User, slug: str) -> Organization:
    """Return an organization the user manages.

    Raises BookingRefused (NOT_FOUND) for any other; SecondFactorMissing if one of its stores requires one.
    """
    strict = Store.objects.filter(organizations=OuterRef("pk")).filter(_lacks_factor(user))
    found = Organization.objects.filter(slug=slug, memberships__user=user).annotate(lacks_factor=Exists(strict)).first()
    if found is None:
        raise BookingRefused(Refusal.NOT_FOUND)
    if found.lacks_factor:
        raise SecondFactorMissing
    return found


def has_second_factor(user: User) -> bool:
    """Tell whether a user has a second factor for the sign-in."""
    return any(factor.exists() for factor in _factors(user))


def _role_at(user: User | OuterRef, store: str) -> Case:
    """Return the SQL expression of the user's role at the store in column `store`; null without membership."""
    manages_all = OrganizationMembership.objects.filter(user=user, organization__stores=OuterRef(store))
    own = StoreMembership.objects.filter(user=user, store=OuterRef(store)).values("role")
    return Case(
        When(Exists(manages_all), then=Value(str(Role.MANAGER))),
        default=Subquery(own),
        output_field=CharField(),
    )


def _factors(user: User) -> tuple[QuerySet[Any], ...]:
    return TOTPDevice.objects.filter(user=user, confirmed=True), Passkey.objects.filter(user=user)


def _lacks_factor(user: User, store: str = "") -> Q:
    """Return the condition that a store requires a second factor that the user lacks; `store` is the path to it."""
    app, passkey = _factors(user)
    return Q(**{f"{store}requires_second_factor": True}) & ~Q(Exists(app)) & ~Q(Exists(passkey))


def _require(role: str, need: Role, *, lacks_factor: bool) -> None:
    if need == Role.MANAGER and role != Role.MANAGER:
        raise BookingRefused(Refusal.NOT_PERMITTED)
    if role == Role.MANAGER and lacks_factor:
        raise SecondFactorMissing
