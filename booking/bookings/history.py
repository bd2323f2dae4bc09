"""The booking's history: one line for each thing that happened, only ever added."""

from datetime import datetime
from uuid import UUID

from booking.models import Booking, BookingEvent, EventKind
from booking.who import Who


def record(
    booking: Booking,
    kind: EventKind,
    *,
    who: Who,
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
        at=who.now,
        happened_at=happened_at or who.now,
        actor=who.actor,
        user=who.user,
        from_status=from_status,
        to_status=booking.status,
        from_starts_at=from_starts_at,
        to_starts_at=booking.starts_at if from_starts_at else None,
        action_id=action_id,
        undoes=undoes,
    )
