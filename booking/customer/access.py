"""Access to one booking's pages: a browser needs the key of that booking. A new link ends the key."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from booking.bookings.queries import booking_by_reference
from booking.customer.page_keys import PageKey
from booking.models import Booking
from booking.tokens import is_manage_token
from booking.web.reader_prefix import ReaderChoice
from booking.web.rendering import customer_page, reader_choice_of


class BookingKey(PageKey[Booking]):
    """The access rules of bookings' pages."""

    name, salt = "booking", "booking.manage"

    def find(self, reference: str) -> Booking | None:
        """Return a booking, including an erased one."""
        return booking_by_reference(reference)

    def reference_of(self, row: Booking) -> str:
        """Return the booking's reference."""
        return row.reference

    def signed_of(self, row: Booking) -> str:
        """Return the reference; after a link was renewed, with the number of the newest link."""
        return f"{row.reference}.{row.link_number}" if row.link_number else row.reference

    def is_token(self, reference: str, token: str, row: Booking | None) -> bool:
        """Tell whether this is the token of the booking's newest link."""
        return is_manage_token(reference, token, row.link_number if row else 0)

    def is_erased(self, row: Booking) -> bool:
        """Tell whether the customer of the booking has been erased."""
        return row.erased_at is not None

    def prefix_of(self, request: HttpRequest, row: Booking) -> str:
        """Return the prefix for the booking's addresses: its language and simple version (see `own_prefix`)."""
        return own_prefix(request, row)

    def not_open(self, request: HttpRequest) -> HttpResponse:
        """Return the page that explains how to open a booking."""
        return customer_page(request, "manage/not_open", status=404)


def own_prefix(request: HttpRequest, booking: Booking) -> str:
    """Return the prefix for a booking's pages: its language if the browser asks for another, its simple version.

    Return "" where the link itself already says how the page is to be read.
    """
    if reader_choice_of(request) != ReaderChoice():
        return ""
    is_spoken = booking.locale == getattr(request, "LANGUAGE_CODE", "")
    is_offered = booking.locale in dict(settings.LANGUAGES)
    return ReaderChoice(booking.locale if is_offered and not is_spoken else "", booking.is_simple).prefix


BOOKING_KEY = BookingKey()
opened_by_key = BOOKING_KEY.opened_by_key
