"""Queries of bookings: one by its reference, and those of a store's calendar feed."""

from datetime import datetime, timedelta

from django.db.models import Q

from booking.models import Booking, Status
from booking.tokens import read_reference
from stores.models import Store

FEED_PAST = timedelta(days=7)


FEED_AHEAD = timedelta(days=90)


FEED_CANCELLED = timedelta(days=30)


def booking_by_reference(reference: str) -> Booking | None:
    """Return a booking with its store, desk and visit type, by its reference in any spelling."""
    plain = read_reference(reference)
    if plain is None:
        return None
    return Booking.objects.select_related("store", "desk", "visit_type").filter(reference=plain).first()


def feed_bookings(*, store: Store, now: datetime) -> list[Booking]:
    """Return the bookings of a store's calendar feed: 7 days back, 90 days ahead, cancelled ones for 30 days."""
    is_shown = Q(starts_at__gte=now - FEED_PAST) & ~Q(status=Status.CANCELLED)
    is_gone = Q(status=Status.CANCELLED, updated_at__gte=now - FEED_CANCELLED, starts_at__gte=now - FEED_CANCELLED)
    bookings = Booking.objects.filter(is_shown | is_gone, store=store, starts_at__lte=now + FEED_AHEAD)
    return list(bookings.select_related("desk", "visit_type").order_by("starts_at", "pk"))
