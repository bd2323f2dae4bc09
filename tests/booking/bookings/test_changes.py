"""The call that closes every change of a visit: what it writes, and in which order."""

import re
from collections.abc import Callable
from datetime import time
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.bookings.changes import RAISED_BY_CALLER, note_change, write_new_visit
from booking.bookings.lifecycle import cancel_booking
from booking.bookings.offered_place import take_offer
from booking.message_kinds import Kind
from booking.models import Booking, BookingEvent, EventKind, Status
from booking.places.slot_statements import SlotRow, claim_part
from booking.privacy import erase_customer
from booking.waiting_list.offers import offer_places
from booking.who import Who
from notifications.models import OutboxMessage
from stores.models import Slot, Store, StoreDay
from tests.factories import NOW, at, make_booking, make_store, make_user
from tests.waiters import make_waiting

pytestmark = pytest.mark.django_db

WRITES = re.compile(r"\b(?:INSERT (?:OR IGNORE )?INTO|UPDATE|DELETE FROM) \"?(\w+_\w+)")


def tables_written(call: Callable[[], object]) -> list[str]:
    """Return to which tables a call writes, in their order. A joint write names them in its own."""
    with CaptureQueriesContext(connection) as queries:
        call()
    sent = (query["sql"] for query in queries.captured_queries)
    return [
        table
        for sql in sent
        for table in re.findall(r"(?:INSERT (?:OR IGNORE )?INTO|UPDATE|DELETE FROM) \"?(\w+_\w+)", sql)
    ]


def written(booking: Booking, event: EventKind, **how) -> list[str]:
    """Return to which tables a change is written, in their order."""
    return tables_written(lambda: note_change(booking, event, **how))


def offered_place(store: Store) -> Callable[[], object]:
    """Return what takes a place that the waiting list has offered."""
    free = make_booking(store)
    entry = make_waiting(store)
    cancel_booking(booking_id=free.pk, who=Who.customer(NOW))
    offer_places(store_id=store.pk, now=NOW)
    entry.refresh_from_db()
    return partial(take_offer, entry=entry, now=NOW)


def erasure(store: Store) -> Callable[[], object]:
    """Return what erases the customer of a visit to come."""
    return partial(erase_customer, booking_id=make_booking(store).pk, who=Who.customer(NOW))


@pytest.mark.parametrize("prepare", [offered_place, erasure])
def test_days_are_raised_once_and_last_of_all(prepare: Callable[[Store], Callable[[], object]]) -> None:
    tables = tables_written(prepare(make_store(capacity=1, hours=((time(10), time(10, 15)),))))

    assert (tables.count("stores_storeday"), tables[-1]) == (1, "stores_storeday")


def test_days_are_raised_after_history_and_messages() -> None:
    booking = make_booking(make_store())

    tables = written(
        booking,
        EventKind.RESCHEDULED,
        who=Who.customer(NOW),
        days={booking.visit_date},
        from_starts_at=at(9),
        skip_unsent="moved",
        tell=Kind.CHANGE,
        told_as="hours-7",
    )

    assert tables == [
        "notifications_outboxmessage",
        "booking_bookingevent",
        "notifications_outboxmessage",
        "stores_storeday",
    ]
    event = BookingEvent.objects.latest("pk")
    assert (event.from_status, event.to_status) == ("confirmed", "confirmed")
    assert (event.from_starts_at, event.to_starts_at) == (at(9), at(10))
    assert OutboxMessage.objects.filter(reason="moved").exists()
    assert OutboxMessage.objects.get(kind="change").offset == "hours-7"


def test_a_caller_who_raises_the_days_later_has_none_raised_before() -> None:
    booking, user = make_booking(make_store()), make_user("ann")
    before = StoreDay.objects.get().version

    tables = written(booking, EventKind.NOTIFIED, who=Who.staff(user, NOW), days=RAISED_BY_CALLER)

    assert tables == ["booking_bookingevent"]
    assert StoreDay.objects.get().version == before
    event = BookingEvent.objects.latest("pk")
    assert (event.actor, event.user, event.at, event.happened_at) == ("staff", user, NOW, NOW)


def test_history_tells_the_status_there_was_and_when_it_happened() -> None:
    booking = make_booking(make_store())
    booking.status = Status.CHECKED_IN

    note_change(
        booking,
        EventKind.CHECKED_IN,
        who=Who.staff(None, at(10, 5)),
        days={booking.visit_date},
        from_status="confirmed",
        happened_at=at(10),
    )

    event = BookingEvent.objects.latest("pk")
    assert (event.from_status, event.to_status) == ("confirmed", "checked_in")
    assert (event.at, event.happened_at) == (at(10, 5), at(10))


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite takes the places first")
def test_a_visit_whose_places_are_gone_leaves_nothing_of_it() -> None:
    booking = make_booking(make_store(capacity=1), email="ada@example.org")
    slot = SlotRow(booking.desk_id, booking.starts_at, booking.ends_at, 1)
    before = rows_of_visits()

    for free_places in (0, 1):
        Slot.objects.update(capacity=1 + free_places)
        claim = claim_part(booking.store_id, [slot], places=1, from_web=True, kept_back=0)
        booking.pk, booking.reference = None, f"ABCD000{free_places}"
        is_written = write_new_visit(booking, claim, who=Who.customer(NOW), days={booking.visit_date})

        assert is_written == bool(free_places)
        assert (rows_of_visits() == before) == (not free_places)

    assert BookingEvent.objects.latest("pk").booking == Booking.objects.get(pk=booking.pk)
    assert OutboxMessage.objects.filter(subject="ABCD0001").count() == 3


def rows_of_visits() -> list[object]:
    """Return how many rows there are of whatever a new visit writes, and how often its days were raised."""
    versions = list(StoreDay.objects.values_list("version"))
    return [Booking.objects.count(), BookingEvent.objects.count(), OutboxMessage.objects.count(), versions]
