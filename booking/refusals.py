"""Refusals: reasons why a booking is refused, and the errors that carry them."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum


class Refusal(StrEnum):
    """The reason of a refusal; the values are the API's codes."""

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
    """A rule refuses the booking. Facts that a caller needs are fields of a subclass.

    `full_at` is the slug of the store that is full, for the caller that releases expired holds there.
    """

    full_at = ""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class NoPlace(BookingRefused):
    """Every desk is full or closed in one of the store's slots: a manager could squeeze somebody in."""


class SameVisit(BookingRefused):
    """The same customer has already booked the same visit; `reference` is its reference."""

    def __init__(self, reference: str) -> None:
        super().__init__(Refusal.TOO_MANY_OPEN_BOOKINGS)
        self.reference = reference


class WaitsAlready(BookingRefused):
    """The same customer already waits for the same, or has as many entries as the store allows."""

    def __init__(self) -> None:
        super().__init__(Refusal.TOO_MANY_OPEN_BOOKINGS)


class UnknownVisitType(LookupError):
    """The store does not offer this visit type."""


@contextmanager
def while_offered() -> Iterator[None]:
    """Refuse a visit type that the store ceased to offer since the page was shown."""
    try:
        yield
    except UnknownVisitType as unknown:
        raise BookingRefused(Refusal.SLOT_CLOSED) from unknown
