"""The first free place of each store on a list: what availability says, for all of them in two statements."""

from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from booking.places.availability import availability
from booking.places.first_free import DAYS_LOOKED_AT, FirstFree, first_free_of
from booking.places.holds import hold_places
from stores.models import Slot, Store, VisitType
from stores.queries import first_day_around, listed_stores
from tests.factories import NOW, at, make_booking, make_store

SLUGS = ("corner-shop-niort", "other-shop", "third-shop")


def first_free(*slugs: str, now: datetime = NOW) -> dict[str, FirstFree]:
    listed = listed_stores(slugs or SLUGS[:1], from_date=first_day_around(now))
    return first_free_of([one.rules for one in listed], now=now)


def fill(store: Store, *, first: datetime, last: datetime) -> None:
    """Close all slots from `first` to before `last`."""
    desk = store.desks.get()
    step = timedelta(minutes=15)
    for number in range((last - first) // step):
        starts_at = first + number * step
        Slot.objects.create(
            store=store, desk=desk, starts_at=starts_at, ends_at=starts_at + step, capacity=2, closed=True
        )


@pytest.mark.django_db
def test_untouched_store_is_free_at_its_first_start_after_the_notice() -> None:
    make_store()
    assert first_free() == {SLUGS[0]: FirstFree(at(10, day=23), has_times=True)}


@pytest.mark.django_db
def test_full_slots_are_passed_over() -> None:
    store = make_store(capacity=1)
    make_booking(store, starts_at=at(10, day=23))
    assert first_free()[SLUGS[0]].starts_at == at(10, 15, day=23)


@pytest.mark.django_db
def test_place_kept_back_from_the_web_does_not_count() -> None:
    store = make_store(capacity=2, kept_back=1)
    make_booking(store, starts_at=at(10, day=23))
    assert first_free()[SLUGS[0]].starts_at == at(10, 15, day=23)


@pytest.mark.django_db
def test_hold_counts_until_it_runs_out() -> None:
    make_store(capacity=1)
    kept = hold_places(store=SLUGS[0], visit_type="visit", starts_at=at(10, 15, day=23), party_size=1, now=NOW)
    assert first_free(now=kept.expires_at - timedelta(seconds=1))[SLUGS[0]].starts_at == at(10, 30, day=23)
    assert first_free(now=kept.expires_at)[SLUGS[0]].starts_at == at(10, 15, day=23)


@pytest.mark.django_db
def test_store_that_is_full_for_days_has_times_and_no_place() -> None:
    store = make_store(hours=((time(9), time(10)),), booking_horizon_days=3)
    for day in range(23, 27):
        fill(store, first=at(9, day=day), last=at(10, day=day))
    assert first_free() == {SLUGS[0]: FirstFree(None, has_times=True)}


@pytest.mark.django_db
def test_closed_store_and_store_without_visits_have_no_times() -> None:
    make_store(hours=())
    make_store("other-shop")
    VisitType.objects.filter(store__slug="other-shop").update(is_active=False)
    none = FirstFree(None, has_times=False)
    assert first_free(*SLUGS[:2]) == {"corner-shop-niort": none, "other-shop": none}


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_stores_takes_two_statements(count: int) -> None:
    for slug in SLUGS[:count]:
        make_booking(make_store(slug), starts_at=at(10, day=23), phone=f"+3361234560{count}")
    listed = listed_stores(SLUGS, from_date=NOW.date())
    with CaptureQueriesContext(connection) as queries:
        first_free_of([one.rules for one in listed], now=NOW)
    assert len(queries) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_stores_with_a_largest_number_at_once_takes_three(count: int) -> None:
    for number, slug in enumerate(SLUGS[:count]):
        store = make_store(slug, desks=("main", "second"))
        VisitType.objects.filter(store=store, slug="visit").update(most_at_once=1)
        # At the first time, then at the second one: each store counts its own visits alone.
        make_booking(store, starts_at=at(10, 15 * (number % 2), day=23), phone=f"+3361234560{number}")
    listed = listed_stores(SLUGS, from_date=first_day_around(NOW))
    with CaptureQueriesContext(connection) as queries:
        found = first_free_of([one.rules for one in listed], now=NOW)
    assert len(queries) == 3
    starts = [at(10, 15, day=23), at(10, day=23), at(10, 15, day=23)]
    assert [found[slug].starts_at for slug in SLUGS[:count]] == starts[:count]


class AsAvailabilityTest(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(st.tuples(st.integers(0, 5), st.integers(0, 11), st.integers(0, 2), st.booleans()), max_size=60),
        st.integers(1, 2),
        st.integers(0, 1),
        st.booleans(),
    )
    def test_it_is_what_availability_says(
        self, touched: list[tuple[int, int, int, bool]], capacity: int, kept_back: int, is_long: bool
    ) -> None:
        store = make_store(
            capacity=capacity, kept_back=kept_back, hours=((time(9), time(12)),), days=(0, 1, 2, 3, 4, 5, 6),
            desks=("main", "second"), minimum_notice_minutes=0,
        )  # fmt: skip
        if is_long:
            store.visit_types.filter(slug="visit").update(slot_count=2)
        for number, (day, quarter, taken, closed) in enumerate(touched):
            starts_at = at(9, day=23 + day) + timedelta(minutes=15 * quarter)
            Slot.objects.get_or_create(
                store=store, desk=store.desks.order_by("pk")[number % 2], starts_at=starts_at,
                defaults={
                    "ends_at": starts_at + timedelta(minutes=15), "capacity": capacity + quarter % 2, "closed": closed,
                    "places_taken": min(taken, capacity), "places_taken_web": min(taken, capacity),
                },
            )  # fmt: skip
        last = NOW.date() + timedelta(days=DAYS_LOOKED_AT - 1)
        said = availability(
            store=store.slug, visit_type="visit", from_date=NOW.date(), to_date=last, party_size=1, now=NOW
        )
        assert first_free()[store.slug].starts_at == said.first_free
