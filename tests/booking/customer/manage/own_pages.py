"""The addresses of a booking's own pages."""

from booking.models import Booking
from booking.tokens import manage_token

OFFERED = ("change/", "cancel/", "calendar.ics", "details/", "kept/")


def link(booking: Booking) -> str:
    return f"/b/{booking.reference}/?token={manage_token(booking.reference)}"


def own(booking: Booking, path: str = "") -> str:
    return f"/b/{booking.reference}/{path}"
