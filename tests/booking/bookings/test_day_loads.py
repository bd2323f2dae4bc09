"""How full days are: visits, people and places, also across midnight, of several desks, and on closed days."""

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from booking.bookings.day_loads import DayLoad, day_loads, weeks_of
from booking.models import Booking, Status
from stores.models import Store
from stores.queries import UnknownStore
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 11, 24)


def ask(store: Store, first: date = TUESDAY, last: date = TUESDAY) -> tuple[DayLoad, ...]:
    return day_loads(store=store.slug, first=first, last=last, now=NOW)


def test_visits_people_and_places_of_all_desks() -> None:
    store = make_store(capacity=2, desks=("team", "adviser"))
    one_desk = ask(make_store("one-desk", capacity=1))[0]
    store.desks.filter(slug="adviser").update(capacity=3)
    make_booking(store, party_size=2)
    make_booking(store, starts_at=at(11))
    load = ask(store)[0]

    assert (load.visits, load.people, load.places_taken) == (2, 3, 3)
    assert load.places == 5 * one_desk.places
    assert load.places_left == load.places - 3


def test_cancelled_and_missed_visits_do_not_count() -> None:
    store = make_store()
    make_booking(store)
    Booking.objects.update(status=Status.NO_SHOW)

    assert ask(store)[0].visits == 0


def test_sunday_is_closed() -> None:
    sunday, monday = ask(make_store(), date(2026, 11, 29), date(2026, 11, 30))

    assert (sunday.is_closed, sunday.places, sunday.percent) == (True, 0, 0)
    assert not monday.is_closed


@pytest.mark.parametrize("days", [1, 28])
def test_three_statements(django_assert_num_queries: DjangoAssertNumQueries, days: int) -> None:
    store = make_store()
    make_booking(store)
    with django_assert_num_queries(3):
        ask(store, TUESDAY, date.fromordinal(TUESDAY.toordinal() + days - 1))


def test_unknown_store() -> None:
    with pytest.raises(UnknownStore):
        day_loads(store="nowhere", first=TUESDAY, last=TUESDAY, now=NOW)


def test_weeks_begin_on_monday_and_sum_their_days() -> None:
    loads = [DayLoad(date(2026, 11, 28 + n) if n < 3 else date(2026, 12, n - 2), 1, 2, 10, 4) for n in range(6)]

    assert weeks_of(loads) == (
        DayLoad(date(2026, 11, 28), 2, 4, 20, 8),
        DayLoad(date(2026, 11, 30), 4, 8, 40, 16),
    )
