"""The base of views for staff and for programs with a key: permission, and how they show bookings."""

from collections.abc import Sequence
from typing import ClassVar, cast

from django.contrib.auth.models import User
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from booking.accounts.api_keys import booking_by_key, note_refused, store_by_key
from booking.accounts.permissions import member_booking, member_store
from booking.api.authentication import STAFF
from booking.api.bodies import Json
from booking.api.rendering import staff_booking_json
from booking.api.resource import ApiView
from booking.models import ApiKey, Booking
from notifications import outbox
from stores.models import Store


class StaffView(ApiView):
    """A view for members of stores, by token or by session with its CSRF token; with a `scope`, for programs too."""

    authentication_classes = STAFF
    permission_classes = [IsAuthenticated]
    scope: ClassVar[str] = ""  # what a key must be for; without one the view is for people alone

    def check_permissions(self, request: Request) -> None:
        """Refuse a key that is not for this; the store's trail says so."""
        super().check_permissions(request)
        key = self.key
        if key is not None and self.scope not in key.scopes.split():
            note_refused(key, slug=str(self.kwargs.get("store", "")), scope=self.scope, now=self.now)
            raise PermissionDenied

    @property
    def key(self) -> ApiKey | None:
        """The key by which a program asks, None for people."""
        return self.request.auth if isinstance(self.request.auth, ApiKey) else None

    @property
    def user(self) -> User:
        """The member who asks, where the view has no scope."""
        return cast(User, self.request.user)

    @property
    def member(self) -> User | None:
        """The member who asks, None for a program."""
        return self.user if self.key is None else None

    def store(self, slug: str) -> Store:
        """Return a store that the caller may act on. Raises BookingRefused, SecondFactorMissing."""
        return member_store(self.user, slug) if self.key is None else store_by_key(self.key, slug)

    def booking(self, reference: str) -> Booking:
        """Return a booking that the caller may act on. Raises BookingRefused, SecondFactorMissing."""
        return member_booking(self.user, reference) if self.key is None else booking_by_key(self.key, reference)

    def caller(self) -> str:
        return f"user:{self.user.pk}" if self.key is None else f"key:{self.key.pk}"

    def show(self, booking: Booking) -> Json:
        """Return a booking as staff see it."""
        return self.show_all([booking])[0]

    def show_all(self, bookings: Sequence[Booking]) -> list[Json]:
        deliveries = outbox.deliveries([booking.reference for booking in bookings])
        return [staff_booking_json(booking, now=self.now, deliveries=deliveries) for booking in bookings]
