"""The booking's history: one line for each thing that happened, only ever added."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User

from booking.models import Actor, Booking, BookingEvent, EventKind


def record(
    booking: Booking,
    kind: EventKind,
    *,
    actor: Actor,
    now: datetime,
    user: User | None = None,
    happened_at: datetime | None = None,
    from_status: str = "",
    from_starts_at: datetime | None = None,
    action_id: UUID | None = None,
    undoes: BookingEvent | None = None,
) -> BookingEvent:
    """Add a line to a booking's history, in the caller's transaction."""
    return BookingEvent.objects.create(
        booking=booking,
        kind=kind,
        at=now,
        happened_at=happened_at or now,
        actor=actor,
        user=user,
        from_status=from_status,
        to_status=booking.status,
        from_starts_at=from_starts_at,
        to_starts_at=booking.starts_at if from_starts_at else None,
        action_id=action_id,
        undoes=undoes,
    )
