"""Why a booking is refused, and the errors that say so."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why the answer is no; the values are the API's codes."""

    NOT_FOUND = "not_found"
    NOT_PERMITTED = "not_permitted"
    SLOT_FULL = "slot_full"
    SLOT_CLOSED = "slot_closed"
    TOO_SOON = "too_soon"
    TOO_LATE = "too_late"
    TOO_FAR_AHEAD = "too_far_ahead"
    PARTY_TOO_LARGE = "party_too_large"
    TOO_MANY_OPEN_BOOKINGS = "too_many_open_bookings"
    HOLD_EXPIRED = "hold_expired"
    WRONG_STATUS = "wrong_status"
    BOOKINGS_AFFECTED = "bookings_affected"


class BookingRefused(Exception):
    """A rule says no. `details` holds what the reader needs to go on: `booking`, `affected`, `wanted`, `is_a_slot`.

    `full_at` is the slug of the store that is full, for whoever lets go of holds that have run out there.
    """

    full_at = ""

    def __init__(self, reason: Refusal, **details: object) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.details = details


class UnknownVisitType(LookupError):
    """The store offers no such visit type."""
