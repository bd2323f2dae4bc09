"""Who may act on which store: the one place where roles are checked, for pages and API alike."""

from django.contrib.auth.models import User
from django.db.models import F

from booking.models import Booking
from booking.policy import BookingRefused, Refusal
from booking.tokens import read_reference
from stores.models import Role, Store, StoreMembership


def memberships(user: User) -> list[StoreMembership]:
    """Return the user's memberships with their stores, by name."""
    return list(StoreMembership.objects.filter(user=user).select_related("store").order_by("store__name", "store_id"))


def membership(user: User, slug: str, *, need: Role = Role.STAFF) -> StoreMembership:
    """Return the user's membership of a store, with the store.

    Raises BookingRefused: NOT_FOUND where the user is no member, NOT_PERMITTED where the role is not enough.
    """
    found = StoreMembership.objects.filter(user=user, store__slug=slug).select_related("store").first()
    if found is None:
        raise BookingRefused(Refusal.NOT_FOUND)
    _require(found.role, need)
    return found


def member_store(user: User, slug: str, *, need: Role = Role.STAFF) -> Store:
    """Return a store the user works at. Raises as membership."""
    return membership(user, slug, need=need).store


def member_booking(user: User, reference: str, *, need: Role = Role.STAFF) -> Booking:
    """Return a booking of a store the user works at, with store, desk and visit type. Raises as membership."""
    booking = (
        Booking.objects.filter(reference=read_reference(reference), store__memberships__user=user)
        .annotate(member_role=F("store__memberships__role"))
        .select_related("store", "desk", "visit_type")
        .first()
    )
    if booking is None:
        raise BookingRefused(Refusal.NOT_FOUND)
    _require(booking.member_role, need)
    return booking


def is_manager(user: User, store: Store) -> bool:
    return StoreMembership.objects.filter(user=user, store=store, role=Role.MANAGER).exists()


def _require(role: str, need: Role) -> None:
    if need == Role.MANAGER and role != Role.MANAGER:
        raise BookingRefused(Refusal.NOT_PERMITTED)
