from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from booking.bookings.lifecycle import cancel_booking
from booking.models import Hold
from booking.places.availability import ask_availability, availability
from booking.places.days_state import Wish
from booking.places.holds import hold_places
from booking.places.lookup import WantedSlot, lookup
from booking.places.nearest_free import nearest_free
from booking.refusals import UnknownVisitType
from booking.who import Who
from stores.models import Slot
from stores.queries import UnknownStore
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 11, 24)


def free(store, *, party_size=1, visit_type="visit", from_date=TUESDAY, to_date=None, now=NOW, **options):
    answer = availability(
        store=store.slug,
        visit_type=visit_type,
        from_date=from_date,
        to_date=to_date or from_date,
        party_size=party_size,
        now=now,
        **options,
    )
    return {slot.starts_at: slot.places_left for day in answer.days for slot in day.slots}


def version(store, *, now=NOW, party_size=1, to_date=TUESDAY):
    return ask_availability(
        store=store.slug, visit_type="visit", from_date=TUESDAY, to_date=to_date, party_size=party_size, now=now
    ).version


def test_a_day_nobody_booked_is_free_by_rule_alone() -> None:
    store = make_store()

    slots = free(store)

    assert len(slots) == 3 * 4 + 5 * 4
    assert (min(slots), max(slots)) == (at(9), at(18, 45))
    assert set(slots.values()) == {2}
    assert not Slot.objects.exists()


def test_long_visits_start_only_where_they_can_end() -> None:
    slots = free(make_store(), visit_type="advice")

    assert at(11, 30) in slots
    assert at(11, 45) not in slots


def test_places_taken_are_gone_at_once_and_back_at_once() -> None:
    store = make_store()
    booking = make_booking(store)

    assert free(store)[at(10)] == 1
    assert at(10) not in free(store, party_size=2)
    cancel_booking(booking_id=booking.pk, who=Who.customer(NOW))
    assert free(store)[at(10)] == 2


def test_minimum_notice_and_horizon_bound_what_is_free() -> None:
    store = make_store()

    today = free(store, from_date=date(2026, 11, 23), now=at(9, 10, day=23))
    last = free(store, from_date=date(2026, 12, 21), to_date=date(2026, 12, 31))

    assert min(today) == at(10, 15, day=23)
    assert {moment.date() for moment in last} == {date(2026, 12, 21)}


def test_every_day_asked_for_is_there_even_without_times() -> None:
    answer = availability(
        store=make_store().slug,
        visit_type="visit",
        from_date=date(2026, 11, 28),
        to_date=date(2026, 11, 30),
        party_size=1,
        now=NOW,
    )

    assert [(day.date.day, len(day.slots)) for day in answer.days] == [(28, 32), (29, 0), (30, 32)]
    assert answer.first_free == at(9, day=28)


def test_places_left_count_all_desks_but_a_party_needs_one() -> None:
    store = make_store(capacity=2, desks=("left", "right"))
    make_booking(store)
    make_booking(store, phone="+33612345602")

    assert free(store)[at(10)] == 2
    assert at(10) not in free(store, party_size=2)


def test_kept_back_places_are_for_staff() -> None:
    store = make_store(capacity=2, kept_back=1)

    assert free(store)[at(10)] == 1
    assert free(store, by_staff=True)[at(10)] == 2


def test_a_hold_that_ran_out_gives_its_place_back_to_readers() -> None:
    store = make_store(capacity=1)
    hold_places(store=store.slug, visit_type="visit", starts_at=at(10), party_size=1, now=NOW)

    assert at(10) not in free(store, now=NOW + timedelta(minutes=4))
    assert free(store, now=NOW + timedelta(minutes=5))[at(10)] == 1
    assert Hold.objects.count() == 1


def test_a_party_larger_than_the_visit_type_takes_finds_nothing() -> None:
    assert free(make_store(capacity=2), party_size=3) == {}


def test_unknown_things_are_lookup_errors() -> None:
    store = make_store()

    with pytest.raises(UnknownVisitType):
        free(store, visit_type="haircut")
    store.slug = "elsewhere"
    with pytest.raises(UnknownStore):
        free(store)


def test_version_is_the_same_until_something_changes() -> None:
    store = make_store()
    before = version(store)

    assert version(store) == before
    assert version(store, now=NOW + timedelta(minutes=1)) == before
    booking = make_booking(store)
    after = version(store)
    assert after != before
    cancel_booking(booking_id=booking.pk, who=Who.customer(NOW))
    assert version(store) not in (before, after)


def test_version_changes_when_the_clock_takes_a_start_away() -> None:
    store = make_store()

    assert version(store, now=at(8, 59)) == version(store, now=at(8, 50))
    assert version(store, now=at(9)) == version(store, now=at(8, 59))
    assert version(store, now=at(9, 1)) != version(store, now=at(9))


def test_version_changes_when_a_hold_runs_out() -> None:
    store = make_store()
    hold_places(store=store.slug, visit_type="visit", starts_at=at(10), party_size=1, now=NOW)

    assert version(store, now=NOW + timedelta(minutes=5)) != version(store, now=NOW + timedelta(minutes=4))


@pytest.mark.parametrize("bookings", [1, 3])
def test_availability_costs_three_statements(bookings, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    store = make_store(capacity=4)
    for number in range(bookings):
        make_booking(store, phone=f"+3361234560{number}", starts_at=at(10 + number // 2, 15 * number % 60))

    with django_assert_num_queries(3):
        free(store, to_date=TUESDAY + timedelta(days=27))
    with django_assert_num_queries(2):
        version(store)


@pytest.mark.parametrize("bookings", [1, 3])
def test_kind_with_so_many_at_once_costs_no_statement_more(
    bookings: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    store = make_store(capacity=4)
    store.visit_types.filter(slug="visit").update(most_at_once=3)
    for number in range(bookings):
        make_booking(store, phone=f"+3361234560{number}", starts_at=at(10 + number // 2, 15 * number % 60))

    with django_assert_num_queries(3):
        free(store, to_date=TUESDAY + timedelta(days=27))
    with django_assert_num_queries(2):  # the answer that is known already stands
        version(store)


def test_nearest_free_are_by_time_around_the_wanted_start() -> None:
    store = make_store(capacity=1)
    make_booking(store)

    slots = nearest_free(Wish(store.slug, "visit"), at(10), now=NOW)

    assert [slot.starts_at for slot in slots] == [at(9, 30), at(9, 45), at(10, 15)]


def test_lookup_answers_each_and_knows_what_it_does_not_know() -> None:
    store = make_store(capacity=1)
    make_booking(store)
    wanted = [
        WantedSlot(store.slug, "visit", at(10), 1),
        WantedSlot(store.slug, "visit", at(10, 15), 1),
        WantedSlot(store.slug, "haircut", at(10, 15), 1),
        WantedSlot("elsewhere", "visit", at(10, 15), 1),
        WantedSlot(store.slug, "visit", at(10, 20), 1),
    ]

    assert lookup(wanted=wanted, now=NOW) == [False, True, False, False, False]
