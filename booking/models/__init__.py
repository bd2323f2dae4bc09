"""Who comes and what happens: bookings, holds, their history, the waiting list, and what a repeated request is told."""

from booking.models.books import (
    Actor,
    Booking,
    BookingEvent,
    EventKind,
    Hold,
    IdempotentAnswer,
    Source,
    Status,
    WaitingListEntry,
    WaitingStatus,
    WorkerBeat,
)

__all__ = [
    "Actor",
    "Booking",
    "BookingEvent",
    "EventKind",
    "Hold",
    "IdempotentAnswer",
    "Source",
    "Status",
    "WaitingListEntry",
    "WaitingStatus",
    "WorkerBeat",
]
