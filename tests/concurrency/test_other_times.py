"""Times kept for visits that a store gave up, chosen by many taps at once while others book and time runs out."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.db.utils import IntegrityError, OperationalError

from booking.bookings import rebooking
from booking.bookings.audit import differences
from booking.bookings.rebooking import cancel_unanswered, take_kept_time
from booking.models import Booking, Hold, Status
from booking.places.claims import release_expired_holds
from booking.refusals import BookingRefused
from booking.store_setup.affected_visits import AffectedResolution
from booking.store_setup.slot_changes import change_slots
from tests.factories import NOW, at, make_booking, make_store, make_user
from tests.threads import Meeting, at_once

VISITS = 4
LATER = NOW + timedelta(hours=1)


def given_up() -> list[Booking]:
    """Return visits of a shop with one place a time, each with three times kept for it."""
    store = make_store(capacity=1)
    bookings = [
        make_booking(store, starts_at=at(10, 15 * number), phone=f"+3361230{number:04d}") for number in range(VISITS)
    ]
    change_slots(
        store_id=store.pk,
        from_at=at(10),
        to_at=at(11),
        closed=True,
        then=AffectedResolution.OFFER,
        now=NOW,
        user=make_user(),
    )
    return bookings


def taken(booking: Booking, hold: Hold) -> int:
    try:
        take_kept_time(booking_id=booking.pk, hold_id=hold.pk, now=LATER)
    except BookingRefused:
        return 0
    return 1


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite's one writer is guard enough")
def test_rig_sees_two_taps_counted_where_the_guard_is_off(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless_lock(booking_id: int) -> Booking:
        found = Booking.objects.select_related("store", "desk", "visit_type").get(pk=booking_id)
        others.wait()
        return found

    booking = given_up()[0]
    holds = list(Hold.objects.filter(kept_for=booking))
    others = Meeting(len(holds))
    monkeypatch.setattr(rebooking, "lock_booking", careless_lock)
    try:
        sum(at_once([partial(taken, booking, hold) for hold in holds]))
    except (OperationalError, IntegrityError):
        return  # they stood in each other's way, or gave one place back twice: seen as well
    assert list(differences(now=LATER)) != [] or Booking.objects.get(pk=booking.pk).sequence > 1
    assert connection.vendor == "postgresql"


def test_of_many_taps_one_counts_and_no_place_is_lost(transactional_db: None) -> None:
    bookings = given_up()
    taps = [partial(taken, booking, hold) for booking in bookings for hold in Hold.objects.filter(kept_for=booking)]

    assert len(taps) == 3 * VISITS
    assert sum(at_once(taps)) == VISITS

    assert not Hold.objects.exists()
    assert set(Booking.objects.values_list("sequence", "status")) == {(1, Status.CONFIRMED)}
    assert list(differences(now=LATER)) == []


def test_taps_bookings_and_the_end_of_the_offer_leave_the_books_right(transactional_db: None) -> None:
    bookings = given_up()
    end = max(booking.answer_until for booking in Booking.objects.all() if booking.answer_until)
    free_again = list(Hold.objects.values_list("starts_at", flat=True))

    def book(number: int) -> int:
        try:
            make_booking(bookings[0].store, starts_at=free_again[number], phone=f"+3361239{number:04d}", now=LATER)
        except BookingRefused:
            return 0
        return 1

    calls: list[Callable[[], int]] = [
        *(partial(taken, booking, Hold.objects.filter(kept_for=booking).earliest("pk")) for booking in bookings),
        *(partial(book, number) for number in range(6)),
        partial(cancel_unanswered, now=end),
        partial(release_expired_holds, now=end),
    ]
    at_once(calls)

    cancel_unanswered(now=end)
    release_expired_holds(now=end)
    assert not Hold.objects.exists()
    assert not Booking.objects.filter(answer_until__isnull=False).exists()
    assert list(differences(now=end)) == []
