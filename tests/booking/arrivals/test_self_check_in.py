from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.arrivals.self_check_in import check_in_at_door
from booking.arrivals.step_rules import may_check_in_oneself
from booking.arrivals.steps import take_step
from booking.models import Actor, BookingEvent, EventKind, Source, Status
from booking.privacy import erase_customer
from booking.who import Who
from stores.models import Store
from tests.factories import at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db
STORE = "corner-shop-niort"
SOON = at(9, 45)  # a quarter of an hour before the visit


@pytest.fixture
def store():
    return make_store()


def status_after(booking, typed, *, now=SOON, by_phone=True):
    said = check_in_at_door(store=STORE, typed=typed, by_phone=by_phone, now=now)
    booking.refresh_from_db()
    return said, booking.status


@pytest.mark.parametrize("typed", ["345601", "12345601", "06 12 34 56 01", "+33 6 12 34 56 01", "06.12.34.56.01"])
def test_last_digits_of_the_phone_are_enough_however_they_are_written(store, typed) -> None:
    booking = make_booking(store, phone="+33612345601")

    assert status_after(booking, typed) == (True, Status.CHECKED_IN)


def test_digits_from_elsewhere_are_nobodys(store) -> None:
    booking = make_booking(store, phone="+33612345601")

    assert status_after(booking, "+33 6 12 34 56 01", by_phone=False) == (False, Status.CONFIRMED)
    assert status_after(booking, booking.reference, by_phone=False) == (True, Status.CHECKED_IN)


def test_reference_in_any_spelling_checks_in_by_the_customers_own_hand(store) -> None:
    booking = make_booking(store)
    reference = booking.reference

    assert status_after(booking, f"{reference[:4]}-{reference[4:]}".lower()) == (True, Status.CHECKED_IN)
    event = BookingEvent.objects.get(kind=EventKind.CHECKED_IN)
    assert (event.actor, event.user, event.happened_at) == (Actor.CUSTOMER, None, SOON)


def test_second_time_says_the_same_and_changes_nothing(store) -> None:
    booking = make_booking(store)
    status_after(booking, booking.reference)

    assert status_after(booking, booking.reference) == (True, Status.CHECKED_IN)
    assert BookingEvent.objects.filter(kind=EventKind.CHECKED_IN).count() == 1


@pytest.mark.parametrize(
    "typed", ["", "5601", "45601", "abc", "0", "000000", "00000001", "345602", "x345601", "\0", "٣٤٥٦٠١", "9" * 400]
)
def test_what_names_nobody_checks_nobody_in(store, typed) -> None:
    booking = make_booking(store, phone="+33612345601")

    assert status_after(booking, typed) == (False, Status.CONFIRMED)


def test_digits_of_two_who_are_expected_are_nobodys(store) -> None:
    booking = make_booking(store, phone="+33612345601")
    make_booking(store, phone="+33712345601", starts_at=at(10, 15))

    assert status_after(booking, "345601") == (False, Status.CONFIRMED)


def test_store_next_door_is_another(store) -> None:
    booking = make_booking(make_store("other-shop"))

    assert status_after(booking, booking.reference) == (False, Status.CONFIRMED)


@pytest.mark.parametrize(
    ("now", "is_let_in"),
    [(at(9, 29), False), (at(9, 30), True), (at(10, 29), True), (at(10, 30), False)],
)
def test_window_is_half_an_hour_before_and_after(store, now, is_let_in) -> None:
    booking = make_booking(store)

    assert status_after(booking, booking.reference, now=now)[0] is is_let_in


@pytest.mark.parametrize("name", ["start", "no_show"])
def test_visit_that_went_on_is_not_checked_in(store, name) -> None:
    booking = make_booking(store)
    take_step(booking_id=booking.pk, step=name, who=Who.staff(make_user("ada"), at(10)))

    assert status_after(booking, booking.reference, now=at(10, 5))[0] is False


def test_who_was_erased_is_nobody(store) -> None:
    booking = make_booking(store)
    erase_customer(booking_id=booking.pk, who=Who.staff(None, SOON))

    assert status_after(booking, booking.reference)[0] is False


@given(st.integers(-600, 600), st.integers(5, 480))
def test_window_always_holds_the_whole_visit(minutes, length) -> None:
    starts_at = at(10)
    ends_at = starts_at + timedelta(minutes=length)
    now = starts_at + timedelta(minutes=minutes)

    may = may_check_in_oneself(status="confirmed", starts_at=starts_at, ends_at=ends_at, now=now)

    assert may == (-30 <= minutes < max(30, length))


def test_older_visits_that_nobody_marked_stand_in_nobodys_way(store) -> None:
    Store.objects.update(open_bookings_per_customer=3)
    for hour in (17, 18):
        make_booking(store, starts_at=at(hour, day=23), source=Source.DESK)
    booking = make_booking(store, starts_at=at(10), source=Source.DESK)

    assert status_after(booking, "12345601", now=at(9, 55)) == (True, Status.CHECKED_IN)
