"""A text that came in: the visit and the store that it is about, and its language."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import translation

from booking.bookings.customer_visits import Contact, visits_to_come
from booking.bookings.queries import booking_by_reference
from booking.messages.booking_messages import (
    read_booking,
)
from booking.models import Booking, Status
from booking.subjects import About, Subject
from notifications.models import OutboxMessage
from stores.models import Store

RECENTLY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class IncomingText:
    """A text, with the last one that we sent to its number."""

    phone: str
    body: str
    now: datetime
    last: OutboxMessage | None


def visit_meant(text: IncomingText, about: Subject | None) -> tuple[Booking | None, list[Booking]]:
    """Return the visit that a text is about; None where there is none, or where one of several is."""
    named = read_booking(about) if about and about.about == About.BOOKING else None
    if named is not None and named.phone != text.phone:  # corrected since
        named = None
    is_recent = text.last is not None and text.now - (text.last.attempted_at or text.last.due_at) < RECENTLY
    if named is not None and is_recent and named.status == Status.CONFIRMED and text.now < named.ends_at:
        return named, []
    visits = visits_to_come(Contact(phone=text.phone), now=text.now)
    if len(visits) == 1:
        return booking_by_reference(visits[0].reference), []
    if not visits and named is not None and named.status == Status.CANCELLED and text.now < named.starts_at:
        return named, []
    return None, visits


def store_of(text: IncomingText, booking: Booking | None) -> Store | None:
    """Return the store whose people read a text: the visit's, that of the last text, or the only one there is."""
    if booking is not None:
        return booking.store
    if text.last is not None:
        return Store.objects.filter(slug=text.last.account).first()
    stores = list(Store.objects.order_by("pk")[:2])
    return stores[0] if len(stores) == 1 else None


def language_of(booking: Booking | None) -> str:
    """Return the language of a reply: the visit's, or the one of this moment."""
    return booking.locale if booking else translation.get_language() or "en"
