"""Queries of one booking: by its reference, and what its history says of it."""

from collections.abc import Iterable
from datetime import datetime

from booking.models import Booking, BookingEvent, EventKind
from booking.models.built_queries import BuiltQuery
from booking.tokens import read_reference

_BY_REFERENCE = BuiltQuery(
    lambda reference: Booking.objects.select_related("store", "desk", "visit_type").filter(reference=reference),
    "a reference",
)


def booking_by_reference(reference: str) -> Booking | None:
    """Return a booking with its store, desk and visit type, by its reference in any spelling."""
    plain = read_reference(reference)
    if plain is None:
        return None
    return next(iter(_BY_REFERENCE.rows(plain)), None)


def bookings_by_reference(references: Iterable[str]) -> dict[str, Booking]:
    """Return bookings with store, desk and visit type, by their references as stored, with one statement."""
    wanted = set(references)
    found = Booking.objects.select_related("store", "desk", "visit_type").filter(reference__in=wanted)
    return {booking.reference: booking for booking in found} if wanted else {}


def former_start(booking: Booking) -> datetime | None:
    """Return the time from which a visit was last moved, its own where only the desk changed, None where it never was.

    One statement.
    """
    moves = BookingEvent.objects.filter(booking=booking, kind=EventKind.RESCHEDULED).order_by("-pk")
    return moves.values_list("from_starts_at", flat=True).first()
