"""Removal of what one connection left at a store: upcoming visits, holds and waiting list entries."""

import logging
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from booking.bookings.crowds import visits_of_client
from booking.bookings.lifecycle import cancel_locked, lock_booking
from booking.models import Hold, Status, WaitingListEntry
from booking.places.holds import release_hold
from booking.tokens import hold_token
from booking.waiting_list.entries import leave_waiting_list
from booking.waiting_list.lifecycle import OPEN
from booking.who import Who

log = logging.getLogger(__name__)


def take_back(*, store_id: int, digest: str, tell: bool, user: User, now: datetime) -> int:
    """Cancel the upcoming visits that one connection booked at a store; return how many.

    Each visit has its own transaction, so one that cannot be cancelled does not stop the others. `tell` sends each
    customer a message.
    """
    visits = visits_of_client(store_id=store_id, digest=digest, now=now)
    cancelled = 0
    for booking_id in list(visits.order_by("pk").values_list("pk", flat=True)):
        try:
            cancelled += _cancel(booking_id, tell=tell, user=user, now=now)
        except Exception:
            log.exception("take_back_failed", extra={"booking_id": booking_id})
    if digest:
        _let_go(store_id, digest, now=now)
    log.warning("client_taken_back", extra={"store_id": store_id, "visits": cancelled})
    return cancelled


@transaction.atomic
def _cancel(booking_id: int, *, tell: bool, user: User, now: datetime) -> bool:
    booking = lock_booking(booking_id)
    if booking.status != Status.CONFIRMED:
        return False
    cancel_locked(booking, who=Who.staff(user, now), tell=tell)
    return True


def _let_go(store_id: int, digest: str, *, now: datetime) -> None:
    """Release the holds of the connection, and take its entries off the waiting list."""
    entries = WaitingListEntry.objects.filter(store_id=store_id, client_digest=digest, status__in=OPEN)
    for entry_id in entries.values_list("pk", flat=True):
        leave_waiting_list(entry_id=entry_id, now=now)
    holds = Hold.objects.filter(store_id=store_id, home_digest=digest)
    for public_id in holds.values_list("public_id", flat=True):
        release_hold(token=hold_token(public_id), now=now)
