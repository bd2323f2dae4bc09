"""Offers made by many workers at once; first, that this rig does see one place offered to two."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import time as wall_time
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction

from booking.bookings.audit import differences
from booking.bookings.lifecycle import cancel_booking
from booking.bookings.offered_place import book_for_waiting, take_offer
from booking.models import Booking, Hold, Source, WaitingListEntry, WaitingStatus
from booking.places.claims import release_expired_holds
from booking.places.requests import retry_after_expired_holds
from booking.refusals import BookingRefused
from booking.waiting_list.entries import leave_waiting_list
from booking.waiting_list.offers import offer_places
from booking.who import Who
from notifications.models import OutboxMessage
from stores.models import Slot, Store
from tests.factories import NOW, at, make_booking, make_store
from tests.threads import Meeting, at_once
from tests.waiters import make_waiting

WORKERS = 8


def full_store(*, times: int) -> tuple[Store, list[Booking]]:
    """Return a shop with few times on Tuesday, for one visitor each, and who has them."""
    closes = wall_time(10 + times // 4, 15 * (times % 4))
    store = make_store(capacity=1, hours=((wall_time(10), closes),))
    return store, [
        make_booking(store, starts_at=at(10 + number // 4, 15 * (number % 4)), phone=f"+3361230{number:04d}")
        for number in range(times)
    ]


def free(booking: Booking) -> None:
    cancel_booking(booking_id=booking.pk, who=Who.customer(NOW))


def offered() -> list[int]:
    return list(WaitingListEntry.objects.filter(status="offered").order_by("pk").values_list("pk", flat=True))


def told() -> int:
    return OutboxMessage.objects.filter(kind="place_offered").count()


def careless_offer(others: Meeting, store: Store) -> int:
    """Look who is next and whether a place is free, and once all others have looked offer it: without any guard.

    SQLite's transactions stand in line from their beginning, so there it looks outside of one.
    """
    with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():
        entry = WaitingListEntry.objects.filter(store=store, status="waiting").order_by("created_at", "pk").first()
        is_free = Slot.objects.get(store=store).places_taken == 0
        if entry is None or not is_free:
            return 0
        others.wait()
        Slot.objects.filter(store=store).update(places_taken=1)
        WaitingListEntry.objects.filter(pk=entry.pk).update(status=WaitingStatus.OFFERED)
        return 1


def test_rig_sees_one_place_offered_twice_where_the_guard_is_off(transactional_db: None) -> None:
    store, (booking,) = full_store(times=1)
    make_waiting(store)
    free(booking)

    made = at_once([partial(careless_offer, Meeting(WORKERS), store)] * WORKERS)

    assert sum(made) > 1


def test_one_place_is_offered_once_and_to_the_oldest(transactional_db: None) -> None:
    store, (booking,) = full_store(times=1)
    entries = [make_waiting(store) for _ in range(5)]
    free(booking)

    made = at_once([partial(offer_places, store_id=store.pk, now=NOW)] * WORKERS)

    assert sum(made) == 1
    assert offered() == [entries[0].pk]
    assert (Hold.objects.count(), told()) == (1, 1)
    assert list(differences(now=NOW)) == []


def test_cancellings_at_once_are_each_offered_once_in_turn(transactional_db: None) -> None:
    store, bookings = full_store(times=8)
    entries = [make_waiting(store) for _ in range(12)]

    def cancel_and_ring(booking: Booking) -> int:
        free(booking)
        return offer_places(store_id=store.pk, now=NOW)

    made = at_once([partial(cancel_and_ring, booking) for booking in bookings])

    assert sum(made) == 8
    assert offered() == [entry.pk for entry in entries[:8]]
    assert (Hold.objects.count(), told()) == (8, 8)
    assert set(Slot.objects.values_list("places_taken", flat=True)) == {1}
    assert list(differences(now=NOW)) == []


def test_offers_and_bookings_share_what_came_free(transactional_db: None) -> None:
    store, bookings = full_store(times=4)
    for _ in range(4):
        make_waiting(store)
    for booking in bookings:
        free(booking)

    def book(number: int) -> int:
        try:
            make_booking(store, starts_at=at(10, 15 * (number % 4)), phone=f"+3361231{number:04d}")
        except BookingRefused:
            return 0
        return 1

    calls: list[Callable[[], int]] = [partial(book, number) for number in range(4)]
    calls += [partial(offer_places, store_id=store.pk, now=NOW)] * 4
    done = at_once(calls)

    assert sum(done) == 4
    assert set(Slot.objects.values_list("places_taken", flat=True)) == {1}
    assert list(differences(now=NOW)) == []


def test_place_is_taken_or_left_and_never_both(transactional_db: None) -> None:
    store, bookings = full_store(times=6)
    entries = [make_waiting(store) for _ in range(6)]
    for booking in bookings:
        free(booking)
    offer_places(store_id=store.pk, now=NOW)

    def take(entry: WaitingListEntry) -> str:
        try:
            return str(take_offer(entry=WaitingListEntry.objects.get(pk=entry.pk), now=NOW).status)
        except BookingRefused as refused:
            return str(refused.reason)

    calls = [call for entry in entries for call in (partial(take, entry), partial(take, entry))]
    calls += [
        partial(lambda entry: str(leave_waiting_list(entry_id=entry.pk, now=NOW).status), entry) for entry in entries
    ]
    results = at_once(calls)

    assert set(results) <= {"confirmed", "hold_expired", "booked", "left"}
    ends = list(WaitingListEntry.objects.values_list("status", flat=True))
    assert set(ends) <= {"booked", "left"}
    assert ends.count("booked") == Booking.objects.filter(status="confirmed").count()
    assert sum(Slot.objects.values_list("places_taken", flat=True)) == ends.count("booked")
    assert not Hold.objects.exists()
    assert list(differences(now=NOW)) == []


def test_same_customer_waits_once_by_asking_at_once(transactional_db: None) -> None:
    """Each is told alike, so that nobody learns who waits; one of them is in the line."""
    store, _ = full_store(times=1)

    joined = at_once([partial(make_waiting, store, phone="+33612345607")] * WORKERS)

    assert len({entry.reference for entry in joined}) == WORKERS
    assert WaitingListEntry.objects.filter(is_repeat=False).count() == 1


@pytest.mark.parametrize("round_number", range(3))
def test_offers_that_run_out_are_settled_once_by_many_workers(transactional_db: None, round_number: int) -> None:
    store, bookings = full_store(times=3)
    entries = [make_waiting(store) for _ in range(6)]
    for booking in bookings:
        free(booking)
    offer_places(store_id=store.pk, now=NOW)
    later = NOW + timedelta(minutes=31)

    made = at_once([partial(offer_places, store_id=store.pk, now=later)] * WORKERS)

    assert sum(made) >= 3
    assert list(WaitingListEntry.objects.filter(missed_offers=1).order_by("pk").values_list("pk", flat=True)) == [
        entry.pk for entry in entries[:3]
    ]
    assert Hold.objects.count() == 3
    assert list(differences(now=later)) == []


@pytest.mark.parametrize("round_number", range(3))
def test_whoever_is_booked_by_staff_while_a_place_is_offered_waits_no_longer(
    transactional_db: None, round_number: int
) -> None:
    store, bookings = full_store(times=6)
    entries = [make_waiting(store, phone=f"+3361232{number:04d}") for number in range(3)]
    for booking in bookings:
        free(booking)

    def book(number: int) -> int:
        starts_at = at(10 + (number + 3) // 4, 15 * ((number + 3) % 4))
        phone = entries[number].phone
        book_it = partial(make_booking, store, starts_at=starts_at, phone=phone, source=Source.PHONE)
        waiting = partial(book_for_waiting, entries[number].reference, store_id=store.pk, now=NOW, book=book_it)
        return retry_after_expired_holds(waiting, store=store.slug, now=NOW).pk

    calls: list[Callable[[], int]] = [partial(book, number) for number in range(3)]
    calls += [partial(offer_places, store_id=store.pk, now=NOW)] * 5
    at_once(calls)
    release_expired_holds(store_id=store.pk, now=NOW)

    assert set(WaitingListEntry.objects.values_list("status", flat=True)) == {"booked"}
    assert WaitingListEntry.objects.exclude(booking=None).count() == 3
    assert not Hold.objects.exists()
    assert list(differences(now=NOW)) == []
