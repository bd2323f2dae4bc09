"""The base of views for staff: permission, and how they show bookings."""

from collections.abc import Sequence
from typing import cast

from django.contrib.auth.models import User
from rest_framework.permissions import IsAuthenticated

from booking.api.authentication import STAFF
from booking.api.bodies import Json
from booking.api.rendering import staff_booking_json
from booking.api.resource import ApiView
from booking.models import Booking
from notifications import outbox


class StaffView(ApiView):
    """A view for members of stores, by token or by session with its CSRF token."""

    authentication_classes = STAFF
    permission_classes = [IsAuthenticated]

    @property
    def user(self) -> User:
        return cast(User, self.request.user)

    def caller(self) -> str:
        return f"user:{self.user.pk}"

    def show(self, booking: Booking) -> Json:
        """Return a booking as staff see it."""
        return self.show_all([booking])[0]

    def show_all(self, bookings: Sequence[Booking]) -> list[Json]:
        deliveries = outbox.deliveries([booking.reference for booking in bookings])
        return [staff_booking_json(booking, now=self.now, deliveries=deliveries) for booking in bookings]
