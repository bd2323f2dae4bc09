"""An organization's stores side by side: each store's own today, and a range of days."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from booking.models import Booking, Status
from booking.reports.organization_overview import stores_side_by_side
from stores.models import Organization, Slot
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 11, 24)
NOON = at(12)


@pytest.fixture
def chain() -> Organization:
    return Organization.objects.create(slug="chain", name="Chain", kind="chain", created_at=NOW)


def side_by_side(chain, *, first=TUESDAY, last=TUESDAY, now=NOON):
    return stores_side_by_side(chain, from_date=first, to_date=last, now=now)


def become(booking: Booking, status: Status) -> None:
    Booking.objects.filter(pk=booking.pk).update(status=status)


def test_visits_of_today_are_counted_by_what_became_of_them(chain: Organization) -> None:
    store = make_store(capacity=9)
    chain.stores.add(store)
    statuses = [Status.CONFIRMED, Status.CHECKED_IN, Status.IN_SERVICE, Status.COMPLETED, Status.NO_SHOW]
    for number, status in enumerate([*statuses, Status.CANCELLED]):
        become(make_booking(store, phone=f"+3361234560{number}"), status)

    [row] = side_by_side(chain)

    assert (row.visits, row.arrived, row.waiting) == (5, 3, 1)
    assert (row.came, row.no_shows, row.cancelled, row.no_show_percent) == (3, 1, 1, 25)


def test_free_places_are_those_of_the_slots_still_to_begin(chain: Organization) -> None:
    store = make_store()  # closes at noon, opens again from 14 to 19: 20 slots of two places
    chain.stores.add(store)
    make_booking(store, starts_at=at(15))

    assert side_by_side(chain)[0].free_places == 39
    assert side_by_side(chain, now=at(18, 45))[0].free_places == 2
    assert side_by_side(chain, now=at(18, 46))[0].free_places == 0


def test_a_closed_slot_has_no_free_place(chain: Organization) -> None:
    store = make_store()
    chain.stores.add(store)
    make_booking(store, starts_at=at(15))
    Slot.objects.update(closed=True)

    assert side_by_side(chain)[0].free_places == 38


def test_a_store_where_nobody_was_awaited_has_no_share(chain: Organization) -> None:
    chain.stores.add(make_store())

    assert side_by_side(chain)[0].no_show_percent is None


def test_today_is_each_stores_own(chain: Organization) -> None:
    chain.stores.add(make_store("near"), make_store("far", time_zone="Pacific/Auckland", country="NZ"))
    late = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)  # the Wednesday has begun in Auckland
    for store in chain.stores.all():
        make_booking(store, starts_at=datetime(2026, 11, 24, 21, 0, tzinfo=UTC) if store.slug == "far" else at(10))

    assert {row.slug: row.visits for row in side_by_side(chain, now=late)} == {"near": 1, "far": 1}


def test_stores_of_others_are_left_out(chain: Organization) -> None:
    make_booking(make_store())

    assert side_by_side(chain) == ()


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_stores_takes_seven_statements(
    chain: Organization, django_assert_num_queries: DjangoAssertNumQueries, count
) -> None:
    for number in range(count):
        store = make_store(f"shop-{number}", name=f"Shop {number}")
        make_booking(store)
        chain.stores.add(store)

    with django_assert_num_queries(7):
        rows = side_by_side(chain, first=TUESDAY - timedelta(days=27))

    assert [row.name for row in rows] == [f"Shop {number}" for number in range(count)]


def test_a_bars_today_is_its_night(chain: Organization, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    bar = make_store("bar")
    bar.opening_hours.all().delete()
    bar.opening_hours.create(weekday=1, opens=time(18), closes=time(2))
    chain.stores.add(bar)
    make_booking(bar, starts_at=at(20))
    make_booking(bar, starts_at=at(1, day=25))
    at_half_past_midnight = at(0, 30, day=25)

    with django_assert_num_queries(8):
        [row] = side_by_side(chain, now=at_half_past_midnight)

    assert row.visits == 2
    assert row.free_places > 0


def test_a_night_ends_with_its_hours(chain: Organization) -> None:
    bar = make_store("bar")
    bar.opening_hours.all().delete()
    bar.opening_hours.create(weekday=1, opens=time(18), closes=time(2))
    chain.stores.add(bar)
    make_booking(bar, starts_at=at(1, day=25))

    assert side_by_side(chain, now=at(2, 30, day=25))[0].visits == 0
