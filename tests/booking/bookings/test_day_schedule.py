from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from booking.arrivals.steps import take_step
from booking.bookings.calendar_feeds import feed_bookings
from booking.bookings.day_schedule import day_schedule, day_version
from booking.bookings.lifecycle import cancel_booking
from booking.bookings.queries import booking_by_reference
from booking.models import Status
from booking.store_setup.affected_visits import AffectedResolution
from booking.store_setup.slot_changes import change_slots
from booking.who import Who
from stores.queries import UnknownStore
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 11, 24)


def version(store, *, now=NOW):
    return day_version(store=store, date=TUESDAY, now=now)


def test_a_day_holds_all_its_slots_and_bookings() -> None:
    store = make_store()
    booking = make_booking(store)
    called_off = make_booking(store, starts_at=at(9), phone="+33612345602")
    cancel_booking(booking_id=called_off.pk, who=Who.customer(NOW))

    day = day_schedule(store=store.slug, date=TUESDAY, now=NOW)

    assert len(day.slots) == 32
    assert [one.reference for one in day.bookings] == [called_off.reference, booking.reference]
    assert (day.totals[Status.CONFIRMED], day.totals[Status.CANCELLED], day.totals[Status.NO_SHOW]) == (1, 1, 0)
    taken = {slot.starts_at: (slot.places_taken, slot.places_left) for slot in day.slots if slot.places_taken}
    assert taken == {at(10): (1, 1)}
    assert {one.kind for one in day.deliveries[booking.reference]} == {"confirmation", "reminder"}


def test_a_closed_slot_has_no_places_left() -> None:
    store = make_store()
    change_slots(
        store_id=store.pk,
        from_at=at(9),
        to_at=at(9, 15),
        closed=True,
        then=AffectedResolution.KEEP,
        now=NOW,
        user=make_user(),
    )

    first = day_schedule(store=store.slug, date=TUESDAY, now=NOW).slots[0]

    assert (first.closed, first.places_left, first.capacity) == (True, 0, 2)


@pytest.mark.parametrize("bookings", [1, 3])
def test_a_day_costs_four_statements_and_its_version_one(
    bookings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    store = make_store(capacity=4)
    for number in range(bookings):
        make_booking(store, phone=f"+3361234560{number}")

    with django_assert_num_queries(4):
        day = day_schedule(store=store.slug, date=TUESDAY, now=NOW)
        [(one.store.slug, one.desk.slug, one.visit_type.slug) for one in day.bookings]
    with django_assert_num_queries(1):
        version(store)


def test_a_day_of_an_unknown_store_is_a_lookup_error() -> None:
    with pytest.raises(UnknownStore):
        day_schedule(store="elsewhere", date=TUESDAY, now=NOW)


def test_the_version_follows_every_change() -> None:
    store = make_store()
    user = make_user(store=store)
    seen = [version(store)]

    booking = make_booking(store)
    seen.append(version(store))
    take_step(booking_id=booking.pk, step="check_in", who=Who.staff(user, at(9, 50)))
    seen.append(version(store))

    assert len(set(seen)) == 3
    assert version(store) == seen[-1]


def test_bookings_are_found_by_their_reference_in_any_spelling() -> None:
    booking = make_booking(make_store())

    assert booking_by_reference(f"{booking.reference[:4]}-{booking.reference[4:]}".lower()) == booking
    assert booking_by_reference("00000000") is None
    assert booking_by_reference("\x00") is None


def test_the_feed_holds_what_is_near_and_cancelled_ones_for_a_month() -> None:
    store = make_store()
    booking = make_booking(store)
    called_off = make_booking(store, starts_at=at(9), phone="+33612345602")
    cancel_booking(booking_id=called_off.pk, who=Who.customer(NOW))

    assert feed_bookings(store=store, now=NOW) == [called_off, booking]
    assert feed_bookings(store=store, now=at(12, day=2, month=12)) == [called_off]
    assert feed_bookings(store=store, now=at(12, day=28, month=12)) == []
