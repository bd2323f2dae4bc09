"""Booking of a place that the waiting list has offered."""

from datetime import datetime

from booking.bookings.lifecycle import book_visit
from booking.customer_input import CustomerDetails
from booking.models import Booking, Hold, Source, WaitingListEntry
from booking.places.requests import SlotRequest, is_shut_for
from booking.refusals import BookingRefused, Refusal, UnknownVisitType
from booking.tokens import hold_token
from stores.queries import rules_around


def take_offer(*, entry: WaitingListEntry, now: datetime) -> Booking:
    """Book an offered place with the data of the waiting list entry; if taken before, return that booking.

    Raises BookingRefused: HOLD_EXPIRED if the place is no longer held, SLOT_CLOSED if the store has closed it since
    then.
    """
    if entry.booking is not None:
        return entry.booking
    hold = Hold.objects.filter(offered_to=entry, expires_at__gt=now).first()
    if hold is None:
        raise BookingRefused(Refusal.SLOT_CLOSED if _is_closed_since(entry, now=now) else Refusal.HOLD_EXPIRED)
    try:
        return book_visit(
            store=entry.store.slug,
            visit_type=entry.visit_type.slug,
            starts_at=hold.starts_at,
            party_size=hold.party_size,
            customer=CustomerDetails(
                name=entry.name, phone=entry.phone, email=entry.email, locale=entry.locale, is_simple=entry.is_simple
            ),
            note="",
            source=Source.WEB,
            now=now,
            hold=hold_token(hold.public_id),
            language=entry.language,
        )
    except UnknownVisitType as unknown:  # the store no longer offers the visit type
        raise BookingRefused(Refusal.SLOT_CLOSED) from unknown


def _is_closed_since(entry: WaitingListEntry, *, now: datetime) -> bool:
    """Tell whether the start that was last offered to an entry is closed by now."""
    start = entry.offered_start
    if start is None or start <= now:
        return False
    rules = rules_around(entry.store.slug, start)
    kind = entry.visit_type.slug
    asked = SlotRequest(entry.store.slug, kind, start, entry.party_size, language=entry.language)
    return is_shut_for(asked, rules)
