"""Who comes and what happens: bookings, their history, the waiting list, tablets, what a repeated request is told."""

from booking.models.app_codes import APP_CODES, AppCodes
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
from booking.models.devices import NAMES_SHOWN, PIN_ERRORS, Device, PairingCode, StaffPin
from booking.models.line import Ticket
from booking.models.passkeys import Passkey

__all__ = [
    "APP_CODES",
    "NAMES_SHOWN",
    "PIN_ERRORS",
    "Actor",
    "AppCodes",
    "Booking",
    "BookingEvent",
    "Device",
    "EventKind",
    "Hold",
    "IdempotentAnswer",
    "PairingCode",
    "Passkey",
    "Source",
    "StaffPin",
    "Status",
    "Ticket",
    "WaitingListEntry",
    "WaitingStatus",
    "WorkerBeat",
]
