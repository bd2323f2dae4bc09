"""What keeps everybody from booking is named, in the order in which it is mended; a store with a time has none."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from booking.places.obstacles import Obstacle, obstacle_to_bookings
from stores.models import SpecialHours, Store
from stores.queries import rules_around
from tests.factories import NOW, make_store

pytestmark = pytest.mark.django_db


def obstacle(store: Store) -> Obstacle | None:
    return obstacle_to_bookings(rules_around(store.slug, NOW), now=NOW)


def test_store_with_a_time_has_none() -> None:
    assert obstacle(make_store()) is None


def test_what_is_missing_is_named_in_the_order_of_mending() -> None:
    store = make_store(days=())
    store.desks.update(is_active=False)
    store.visit_types.update(is_active=False)

    assert obstacle(store) == Obstacle.NO_HOURS
    store.opening_hours.create(weekday=0, opens=time(9), closes=time(12))
    assert obstacle(store) == Obstacle.NO_DESK
    store.desks.update(is_active=True)
    assert obstacle(store) == Obstacle.NO_VISIT_TYPE
    store.visit_types.update(is_active=True)
    assert obstacle(store) is None


def test_hours_that_are_too_short_for_any_visit_are_no_time() -> None:
    store = make_store(hours=((time(9), time(9, 15)),))
    store.visit_types.filter(slug="visit").update(is_active=False)  # what is left takes two slots

    assert obstacle(store) == Obstacle.NO_TIME


@pytest.mark.parametrize(("days_closed", "found"), [(10, Obstacle.NO_TIME), (9, None)])
def test_store_that_is_closed_on_all_days_that_may_be_booked_has_no_time(days_closed: int, found: Any) -> None:
    store = make_store(booking_horizon_days=9, days=(0, 1, 2, 3, 4, 5, 6))
    SpecialHours.objects.bulk_create(
        SpecialHours(store=store, date=NOW.date() + timedelta(days=number)) for number in range(days_closed)
    )

    assert obstacle(store) == found


def test_one_special_day_is_a_time() -> None:
    store = make_store(days=())
    SpecialHours.objects.create(store=store, date=date(2026, 11, 24), opens=time(9), closes=time(12))

    assert obstacle(store) is None
