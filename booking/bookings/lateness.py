"""Lateness: customers say how late they will be, and the day page of the store shows it."""

from datetime import datetime

from django.db import transaction

from booking.bookings.changes import note_change
from booking.bookings.lifecycle import lock_booking
from booking.bookings.refusals import WrongStatus
from booking.models import Booking, BookingEvent, EventKind, Status
from booking.policy import LONGEST_LATE, may_say_late
from booking.refusals import BookingRefused, Refusal
from booking.who import Who


@transaction.atomic
def say_late(*, booking_id: int, minutes: int, now: datetime) -> Booking:
    """Note that the customer will be about so many minutes late; a repetition changes nothing.

    Raises BookingRefused: TOO_SOON more than two hours before the start, TOO_LATE after the end.
    """
    if not 1 <= minutes <= LONGEST_LATE:
        raise ValueError(minutes)
    booking = _lock(booking_id, now=now)
    if booking.late_minutes != minutes:
        _save(booking, minutes, now=now)
        note_change(booking, EventKind.SAID_LATE, who=Who.customer(now), days={booking.visit_date})
    return booking


@transaction.atomic
def take_back_late(*, booking_id: int, now: datetime) -> Booking:
    """Note that the customer will be on time after all; this changes nothing if they had not said they are late.

    Raises BookingRefused as `say_late` does.
    """
    booking = _lock(booking_id, now=now)
    if booking.late_minutes is None:
        return booking
    _save(booking, None, now=now)
    said = BookingEvent.objects.filter(booking=booking, kind=EventKind.SAID_LATE, undone_by=None)
    note_change(
        booking,
        EventKind.UNDONE,
        who=Who.customer(now),
        days={booking.visit_date},
        undoes=said.order_by("-pk").first(),
    )
    return booking


def _lock(booking_id: int, *, now: datetime) -> Booking:
    booking = lock_booking(booking_id)
    if may_say_late(status=booking.status, starts_at=booking.starts_at, ends_at=booking.ends_at, now=now):
        return booking
    if booking.status != Status.CONFIRMED:
        raise WrongStatus(booking)
    raise BookingRefused(Refusal.TOO_LATE if now >= booking.ends_at else Refusal.TOO_SOON)


def _save(booking: Booking, minutes: int | None, *, now: datetime) -> None:
    booking.late_minutes, booking.updated_at = minutes, now
    booking.save(update_fields=["late_minutes", "updated_at"])
