"""Times offered to a visit that moves are those that it could really take, its own places included."""

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from booking.bookings.rescheduling import reschedule
from booking.models import Booking, Source
from booking.places.availability import availability
from booking.places.days_state import Wish
from booking.places.free_times import kept_availability
from booking.places.holds import hold_places
from booking.places.lookup import WantedSlot, lookup
from booking.places.moved_visits import moved_visit
from booking.places.nearest_free import nearest_free
from booking.refusals import BookingRefused
from booking.who import Who
from stores.bounded_cache import forget_kept
from stores.services import KindRules, save_visit_type
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    forget_kept()


def wish(booking: Booking, *, by_staff: bool = False) -> Wish:
    return Wish(
        booking.store.slug,
        booking.visit_type.slug,
        booking.party_size,
        by_staff=by_staff,
        is_booked=True,
        moved=moved_visit(booking),
    )


def offered(booking: Booking, *, by_staff: bool = False) -> set[datetime]:
    """Return the starts that a visit is offered, as the kept days and the day worked out anew both say."""
    kept = kept_availability(wish(booking, by_staff=by_staff), TUESDAY, TUESDAY, now=NOW)
    anew = availability(
        store=booking.store.slug,
        visit_type=booking.visit_type.slug,
        from_date=TUESDAY,
        to_date=TUESDAY,
        party_size=booking.party_size,
        by_staff=by_staff,
        now=NOW,
        is_booked=True,
        moved=moved_visit(booking),
    )
    assert kept.days == anew.days
    return {slot.starts_at for slot in anew.days[0].slots}


def taken(booking: Booking, *, by_staff: bool = False) -> set[datetime]:
    """Return the starts to which a visit can move, each tried and taken back."""
    user = make_user(store=booking.store) if by_staff else None
    found = set()
    for quarter in range(40):
        starts_at = at(9) + timedelta(minutes=15 * quarter)
        if starts_at == booking.starts_at:
            continue
        try:
            with transaction.atomic():
                who = Who.staff(user, NOW) if user else Who.customer(NOW)
                reschedule(booking_id=booking.pk, starts_at=starts_at, who=who)
                found.add(starts_at)
                transaction.set_rollback(True)
        except BookingRefused:
            pass
    return found


def test_a_long_visit_is_offered_the_times_that_it_overlaps_itself() -> None:
    booking = make_booking(make_store(capacity=1), visit_type="advice")

    assert {at(9, 45), at(10, 15)} <= offered(booking)
    assert at(10) not in offered(booking)
    assert offered(booking) == taken(booking)


def test_others_do_not_see_these_times_as_free_afterwards() -> None:
    store = make_store(capacity=1)
    booking = make_booking(store, visit_type="advice")
    offered(booking)

    found = kept_availability(Wish(store.slug, "advice"), TUESDAY, TUESDAY, now=NOW)

    assert not {at(9, 45), at(10), at(10, 15)} & {slot.starts_at for slot in found.days[0].slots}
    assert at(10, 15) in offered(booking)


@pytest.mark.parametrize("source", [Source.API, Source.PHONE])
@pytest.mark.parametrize("by_staff", [False, True])
@pytest.mark.parametrize("counts", ["people", "visits"])
def test_what_is_offered_is_what_can_be_taken(source: Source, by_staff: bool, counts: str) -> None:
    store = make_store(capacity=3, kept_back=1, capacity_counts=counts)
    booking = make_booking(store, visit_type="advice", party_size=2, source=source)
    make_booking(store, starts_at=at(10, 15), phone="+33612345602", source=Source.PHONE)
    make_booking(store, starts_at=at(9, 45), phone="+33612345603")
    hold_places(store=store.slug, visit_type="visit", starts_at=at(10, 30), party_size=1, now=NOW)

    assert offered(booking, by_staff=by_staff) == taken(booking, by_staff=by_staff)


def test_of_so_many_at_once_the_visit_itself_is_none() -> None:
    store = make_store(capacity=3)
    save_visit_type(
        store=store,
        visit_type=store.visit_types.get(slug="advice"),
        name="Advice",
        slot_count=2,
        max_party_size=2,
        own=KindRules(most_at_once=1, minutes_before=15, minutes_after=10),
        user=None,
        now=NOW,
    )
    booking = make_booking(store, visit_type="advice")
    make_booking(store, visit_type="advice", starts_at=at(11), phone="+33612345602")

    assert {at(9, 45), at(10, 15), at(10, 30)} <= offered(booking)
    assert not {at(10, 45), at(11)} & offered(booking)
    assert offered(booking) == taken(booking)


def test_a_looked_up_time_and_the_nearest_ones_know_it_too() -> None:
    store = make_store(capacity=1)
    booking = make_booking(store, visit_type="advice")
    asked = WantedSlot(store.slug, "advice", at(10, 15), 1, moved=moved_visit(booking))

    assert lookup(wanted=[asked, WantedSlot(store.slug, "advice", at(10, 15), 1)], now=NOW) == [True, False]
    near = nearest_free(wish(booking), booking.starts_at, now=NOW)
    assert [slot.starts_at for slot in near] == [at(9, 30), at(9, 45), at(10, 15)]
