"""Offers that are over: run out, taken back by the store, or made to somebody whose last day has passed."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from booking.models import Hold, WaitingListEntry, WaitingStatus
from booking.places.claims import drop_hold
from booking.places.locks import lock_entry
from booking.policy import MOST_MISSED_OFFERS
from booking.sending_times import missed_offers_after, plan_of
from booking.waiting_list.lifecycle import close_entry
from booking.waiting_list.open_starts import minutes_of
from stores.locks import share_lock_store
from stores.models import Store


@transaction.atomic
def settle_offer(store: Store, entry_id: int, *, now: datetime) -> None:
    """Put an entry whose offer ran out back on the list, or end it after too many missed offers."""
    share_lock_store(store.pk)
    entry = lock_entry(entry_id)
    for hold in Hold.objects.filter(offered_to_id=entry_id, expires_at__lte=now).select_related("store"):
        drop_hold(hold)
    if entry.status != WaitingStatus.OFFERED or Hold.objects.filter(offered_to_id=entry_id).exists():
        return
    record_missed_offer(entry, store=store, now=now)


def record_missed_offer(entry: WaitingListEntry, *, store: Store, now: datetime) -> None:
    """Record that the offer of an entry is over; the caller has locked the entry.

    A place that a customer missed by day is not offered to them again while it stays free; one missed at night is, from
    the morning on.
    """
    assert entry.offered_at is not None  # noqa: S101 -- an offer was made
    zone, plan = ZoneInfo(store.time_zone), plan_of(store)
    count = missed_offers_after(missed_offers=entry.missed_offers, offered_at=entry.offered_at, zone=zone, plan=plan)
    if count > entry.missed_offers and entry.offered_start is not None:
        entry.known_starts = [*entry.known_starts, *minutes_of([entry.offered_start])]
    entry.missed_offers = count
    status = WaitingStatus.EXPIRED if count >= MOST_MISSED_OFFERS else WaitingStatus.WAITING
    close_entry(entry, status, reason="offer_over", now=now)


def take_offer_back(hold: Hold, entry_id: int, *, now: datetime) -> None:
    """Withdraw an offer whose place the store no longer has. Its customer stays on the list without a missed offer.

    Runs in the transaction of a change of hours, which has locked the hold.
    """
    drop_hold(hold)
    entry = lock_entry(entry_id)
    if entry.status == WaitingStatus.OFFERED:
        close_entry(entry, WaitingStatus.WAITING, reason="offer_over", now=now)


def end_those_over(store: Store, entries: Iterable[WaitingListEntry], *, now: datetime) -> None:
    """End the entries whose last day is over."""
    today = now.astimezone(ZoneInfo(store.time_zone)).date()
    if any(entry.to_date < today for entry in entries):
        over = WaitingListEntry.objects.filter(store_id=store.pk, status=WaitingStatus.WAITING, to_date__lt=today)
        over.update(status=WaitingStatus.EXPIRED, updated_at=now)
