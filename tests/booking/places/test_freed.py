"""The doorbell of the waiting list: rung by whatever frees places, once, after the transaction, and only if needed."""

from collections.abc import Callable
from datetime import time

import pytest
from django.db import connection, transaction
from django_q.models import OrmQ

from booking.bookings.lifecycle import cancel_booking
from booking.bookings.rescheduling import reschedule
from booking.models import Booking
from booking.places.holds import hold_places, release_hold
from booking.store_setup.hours_changes import change_opening_hours
from booking.store_setup.slot_changes import change_slots
from booking.tokens import hold_token
from booking.waiting_list.entries import leave_waiting_list
from booking.who import Who
from stores.hours import WeeklyInterval
from stores.models import Store
from tests.factories import NOW, at, make_booking, make_store, make_user
from tests.waiters import TUESDAY, make_waiting

pytestmark = pytest.mark.django_db(transaction=True)

Freeing = Callable[[Store, Booking], object]


def rung() -> list[tuple[str, tuple[object, ...]]]:
    """Return what is asked of the queue, deliveries of messages aside."""
    tasks = [row.task for row in OrmQ.objects.order_by("pk")]
    return [(task["func"], task["args"]) for task in tasks if task["func"] != "notifications.tasks.deliver_due"]


def cancelled(store: Store, booking: Booking) -> None:
    cancel_booking(booking_id=booking.pk, who=Who.customer(NOW))


def moved(store: Store, booking: Booking) -> None:
    reschedule(booking_id=booking.pk, starts_at=at(10, day=25), who=Who.customer(NOW))


def hold_released(store: Store, booking: Booking) -> None:
    kept = hold_places(store=store.slug, visit_type="visit", starts_at=at(10, day=26), party_size=1, now=NOW)
    release_hold(token=hold_token(kept.public_id), now=NOW)


def opened_longer(store: Store, booking: Booking) -> None:
    weekly = [WeeklyInterval(day, time(9), time(19)) for day in range(6)]
    change_opening_hours(store_id=store.pk, weekly=weekly, then=None, now=NOW, user=make_user())


def made_larger(store: Store, booking: Booking) -> None:
    change_slots(store_id=store.pk, from_at=at(10), to_at=at(10, 15), capacity=5, then=None, now=NOW, user=make_user())


@pytest.mark.parametrize("freeing", [cancelled, moved, hold_released, opened_longer, made_larger])
def test_whatever_frees_a_place_rings(freeing: Freeing) -> None:
    store = make_store(capacity=1)
    booking = make_booking(store)
    make_waiting(store)

    freeing(store, booking)

    assert rung() == [("booking.tasks.offer_places", (store.pk,))]


def test_nobody_rings_where_nobody_waits() -> None:
    store = make_store(capacity=1)
    cancelled(store, make_booking(store))

    assert rung() == []


def test_one_transaction_rings_once() -> None:
    store = make_store(capacity=1)
    bookings = [make_booking(store), make_booking(store, starts_at=at(11), phone="+33612345602")]
    make_waiting(store)

    with transaction.atomic():
        for booking in bookings:
            cancelled(store, booking)

    assert rung() == [("booking.tasks.offer_places", (store.pk,))]


def test_leaving_without_an_offer_rings_nobody() -> None:
    store = make_store()

    leave_waiting_list(entry_id=make_waiting(store).pk, now=NOW)
    leave_waiting_list(entry_id=make_waiting(store, from_date=TUESDAY).pk, now=NOW)

    assert rung() == []


def test_queue_that_is_away_stops_nothing() -> None:
    store = make_store(capacity=1)
    booking = make_booking(store)
    make_waiting(store)
    with transaction.atomic():
        cancelled(store, booking)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE django_q_ormq RENAME TO django_q_away")
    try:
        booking.refresh_from_db()
        assert booking.status == "cancelled"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE django_q_away RENAME TO django_q_ormq")
