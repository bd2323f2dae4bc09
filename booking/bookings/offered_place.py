"""Booking for customers who wait: of the place that was offered to them, or of another one, by staff."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import transaction

from booking.bookings.lifecycle import book_visit
from booking.customer_input import CustomerDetails
from booking.models import Booking, Hold, Source, WaitingListEntry, WaitingStatus
from booking.places.claims import release_expired_holds
from booking.places.locks import lock_entry
from booking.places.requests import SlotRequest, is_shut_for
from booking.refusals import BookingRefused, Refusal, UnknownVisitType
from booking.tokens import hold_token
from booking.waiting_list.lifecycle import OPEN, close_entry, erase_entry, note_taken
from stores.locks import share_lock_store
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


@transaction.atomic
def book_for_waiting(reference: str, *, store_id: int, now: datetime, book: Callable[[], Booking]) -> Booking:
    """Return the booking that `book` makes for an entry of a store's list, and take its customer off the list.

    Whoever is booked by another name, phone and e-mail is somebody else: the entry waits on. It ends as booked, or as
    left where its phone or e-mail was corrected. A place that was offered to it goes to the next. Raises the errors of
    `book`.
    """
    share_lock_store(store_id)
    same = WaitingListEntry.objects.filter(store_id=store_id, reference=reference, status__in=OPEN)
    entry_id = same.values_list("pk", flat=True).first()
    entry = lock_entry(entry_id) if entry_id is not None else None
    if entry is None or entry.status not in OPEN:  # its offer may have been taken while it waited for its lock
        return book()
    # Holds come before the customer and the slots: this one ends as if it had run out, and is given back after that.
    offered = Hold.objects.filter(offered_to=entry)
    holds = list(offered.select_for_update().order_by("pk").values_list("pk", flat=True))
    booking = book()
    if _is_of(booking, entry):
        # Whoever locks messages about an entry has locked the entry first, so nobody with them waits for the days.
        Hold.objects.filter(pk__in=holds).update(offered_to=None, expires_at=now)
        if _has_contacts_of(booking, entry):
            note_taken(entry_id=entry.pk, booking=booking, now=now)
        else:  # the entry's link went to somebody whom staff have corrected: it must not open the visit
            close_entry(entry, WaitingStatus.LEFT, reason="booked", now=now)
            erase_entry([entry], now=now)
        if holds:
            transaction.on_commit(partial(release_expired_holds, store_id=store_id, now=now), robust=True)
    return booking


def _is_of(booking: Booking, entry: WaitingListEntry) -> bool:
    """Tell whether a visit is of the customer who waits: by phone or e-mail, or by name where one was corrected."""
    has_same = any(one == other != "" for one, other in _contacts(booking, entry))
    return has_same or booking.name.casefold() == entry.name.casefold()


def _has_contacts_of(booking: Booking, entry: WaitingListEntry) -> bool:
    """Tell whether a visit has each contact to which the link of an entry went."""
    return all(one == other for one, other in _contacts(booking, entry) if other)


def _contacts(booking: Booking, entry: WaitingListEntry) -> tuple[tuple[str, str], ...]:
    return (booking.phone, entry.phone), (booking.email.lower(), entry.email.lower())


def _is_closed_since(entry: WaitingListEntry, *, now: datetime) -> bool:
    """Tell whether the start that was last offered to an entry is closed by now."""
    start = entry.offered_start
    if start is None or start <= now:
        return False
    rules = rules_around(entry.store.slug, start)
    kind = entry.visit_type.slug
    asked = SlotRequest(entry.store.slug, kind, start, entry.party_size, language=entry.language)
    return is_shut_for(asked, rules)
