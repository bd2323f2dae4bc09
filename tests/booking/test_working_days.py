"""To which day an instant belongs: in a night past midnight, to the day on which it began."""

from datetime import date, time, timedelta

import pytest

from booking.working_days import day_bounds, opening_day
from stores.models import OpeningHours, SpecialHours, Store, StoreClosing
from stores.queries import store_rules
from stores.slots import StoreRules
from tests.factories import at, make_store

pytestmark = pytest.mark.django_db
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)


def rules_of(store: Store) -> StoreRules:
    return store_rules(store.slug, from_date=TUESDAY - timedelta(days=1))


def bar(*hours: tuple[time, time]) -> Store:
    return make_store(hours=hours or ((time(20), time(2)),), days=tuple(range(7)))


def test_a_night_belongs_to_the_day_on_which_it_began() -> None:
    rules = rules_of(bar())

    assert day_bounds(rules, TUESDAY) == (at(2), at(2, day=25))
    assert [opening_day(rules, moment) for moment in (at(1, 59, day=25), at(2, day=25), at(20, day=25))] == [
        TUESDAY,
        WEDNESDAY,
        WEDNESDAY,
    ]


@pytest.mark.parametrize("hours", [(time(9), time(19)), (time(0), time(0)), (time(9), time(0))])
def test_other_days_are_those_of_the_calendar(hours: tuple[time, time]) -> None:
    assert day_bounds(rules_of(bar(hours)), TUESDAY) == (at(0), at(0, day=25))


def test_the_hours_of_the_next_day_end_a_night() -> None:
    store = bar()
    OpeningHours.objects.filter(weekday=2).update(opens=time(1), closes=time(5))

    assert day_bounds(rules_of(store), TUESDAY) == (at(2), at(1, day=25))


def test_a_night_after_a_closed_day_begins_at_midnight() -> None:
    store = bar()
    SpecialHours.objects.create(store=store, date=date(2026, 11, 23))

    assert day_bounds(rules_of(store), TUESDAY) == (at(0), at(2, day=25))


def test_a_night_is_one_around_a_closing() -> None:
    store = bar((time(18), time(4)))
    known = {"store": store, "first_date": date(2026, 11, 1), "weekdays": 2}
    StoreClosing.objects.create(**known, from_time=time(23), until_time=time(1))

    assert day_bounds(rules_of(store), TUESDAY) == (at(4), at(4, day=25))
    assert opening_day(rules_of(store), at(2, day=25)) == TUESDAY


@pytest.mark.parametrize("evening", [date(2027, 3, 27), date(2026, 10, 24)])
def test_a_night_in_which_the_clock_changes_is_one(evening: date) -> None:
    store = bar((time(20), time(4)))
    rules = store_rules(store.slug, from_date=evening - timedelta(days=1))
    begins, ends = day_bounds(rules, evening)

    assert (begins.astimezone(rules.zone).hour, ends.astimezone(rules.zone).hour) == (4, 4)
    assert ends == day_bounds(rules, evening + timedelta(days=1))[0]
