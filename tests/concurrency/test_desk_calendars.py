"""Bookings while the calendar of their desk closes the slot: refused if it was first, a listed visit if they were."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connections, transaction

from booking.bookings.audit import differences
from booking.bookings.day_schedule import day_version
from booking.desk_calendars.followed_calendars import follow_calendar, note_read
from booking.desk_calendars.queries import visits_at_busy_times
from booking.models import Booking
from booking.places.busy_times import BusyTimes
from booking.refusals import BookingRefused, Refusal
from stores.models import DeskCalendar, Slot, Store
from tests.factories import NOW, at, make_booking, make_store
from tests.threads import at_once, until_somebody_waits

DAY = at(10).date()


@pytest.fixture
def store(transactional_db: None) -> Store:
    store = make_store(capacity=8)
    follow_calendar(desk_id=store.desks.get().pk, address="https://calendar.example.org/a.ics", user=None, now=NOW)
    return store


def refresh() -> str:
    """Learn that the desk is busy from 10:00 to 10:15."""
    calendar = DeskCalendar.objects.select_related("desk__store").get()
    note_read(calendar, BusyTimes([(at(10), at(10, 15))]), covers_until=DAY, now=NOW)
    return "closed"


def book(store: Store, number: int) -> str:
    try:
        make_booking(store, starts_at=at(10), phone=f"+3361234{number:04d}")
    except BookingRefused as refused:
        return str(refused.reason)
    return "booked"


def beside(call: Callable[[], str]) -> str:
    try:
        return call()
    finally:
        connections.close_all()


def test_a_booking_that_comes_while_the_calendar_closes_its_slot_is_refused(store: Store) -> None:
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            refresh()
            booking = pool.submit(beside, partial(book, store, 1))
            until_somebody_waits(1, or_done=booking.done)
        assert booking.result() == Refusal.SLOT_CLOSED

    assert not Booking.objects.exists()


def test_a_booking_that_was_first_is_listed_once_the_calendar_has_closed_its_slot(store: Store) -> None:
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert book(store, 1) == "booked"
            before = day_version(store=store, date=DAY, now=NOW)
            closing = pool.submit(beside, refresh)
            until_somebody_waits(1, or_done=closing.done)
            assert not closing.done()
        assert closing.result() == "closed"

    assert visits_at_busy_times(store, now=NOW) == [Booking.objects.get()]
    assert Slot.objects.get(starts_at=at(10)).closed_by_calendar
    assert day_version(store=store, date=DAY, now=NOW) != before


def test_of_many_bookings_at_once_with_a_refresh_each_is_listed_or_refused(store: Store) -> None:
    bookings: list[Callable[[], str]] = [partial(book, store, number) for number in range(6)]

    results = at_once([*bookings[:3], refresh, *bookings[3:]])

    assert set(results) <= {"closed", "booked", Refusal.SLOT_CLOSED}
    listed = visits_at_busy_times(store, now=NOW)
    assert len(listed) == results.count("booked") == Booking.objects.count()
    assert book(store, 7) == Refusal.SLOT_CLOSED
    assert list(differences(now=NOW)) == []
