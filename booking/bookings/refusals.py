"""Refusals that say more than their reason: the visit they are about, or whom nobody can speak with."""

from booking.models import Booking
from booking.refusals import BookingRefused, Refusal


class WrongStatus(BookingRefused):
    """The status of the visit does not allow this; `booking` is the visit as it is now."""

    def __init__(self, booking: Booking) -> None:
        super().__init__(Refusal.WRONG_STATUS)
        self.booking = booking


class NobodySpeaks(BookingRefused):
    """There would be a place now, but at no desk that speaks the wished language."""

    def __init__(self) -> None:
        super().__init__(Refusal.SLOT_CLOSED)


class VisitMoved(WrongStatus):
    """The visit begins at a different time from the one a tablet showed."""
