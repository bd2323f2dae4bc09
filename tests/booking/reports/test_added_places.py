"""What more places would have done at stores: from the four weeks before each store's own today, in one statement."""

from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from booking.models import UnmetDemand
from booking.reports.added_places import added_places
from booking.reports.planner import Addition
from stores.models import Store
from tests.factories import make_store

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 5)  # a Saturday


def lack(store: Store, *, weeks_ago: int, places: int, visit_type: str = "visit") -> None:
    UnmetDemand.objects.create(
        store=store, date=TODAY - timedelta(weeks=weeks_ago), is_afternoon=False, places=places, slots=12,
        visit_type=store.visit_types.get(slug=visit_type),
    )  # fmt: skip


def test_the_four_weeks_before_today_count() -> None:
    store = make_store()
    for weeks_ago in (0, 1, 4, 5):
        lack(store, weeks_ago=weeks_ago, places=10**weeks_ago)

    assert added_places({store.pk: TODAY}) == {store.pk: Addition(5, False, 10, 10 + 120)}


def test_each_store_has_its_own_today_and_long_visits_their_slots() -> None:
    east, west = make_store("east"), make_store("west")
    for store in (east, west):
        lack(store, weeks_ago=4, places=6, visit_type="advice")

    found = added_places({east.pk: TODAY + timedelta(days=1), west.pk: TODAY})

    assert found == {west.pk: Addition(5, False, 1, 6)}


@pytest.mark.parametrize("count", [1, 3])
def test_one_statement_reads_any_number_of_stores(
    django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    stores = [make_store(f"shop-{number}") for number in range(count)]
    for store in stores:
        lack(store, weeks_ago=1, places=5)

    with django_assert_num_queries(1):
        found = added_places({store.pk: TODAY for store in stores})

    assert set(found) == {store.pk for store in stores}


def test_of_no_store_nothing_is_asked(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert added_places({}) == {}
