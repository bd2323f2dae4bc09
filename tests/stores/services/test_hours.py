"""Opening hours and special hours: kept as asked, refused with field and code, and told by the version."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stores.hours import WeeklyInterval
from stores.models import OpeningHours, SetupChange, SpecialHours, Store
from stores.services import (
    SPECIAL_DAYS_MAX,
    BadHours,
    delete_special_hours,
    save_opening_hours,
    save_special_hours,
)
from tests.stores.services.shop import EVENING, FIELDS, MORNING, NOW, make_store, version_of

MONDAY = date(2026, 11, 23)
pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return make_store("corner-shop")


def week_of(store: Store) -> list[tuple[int, time, time]]:
    return list(OpeningHours.objects.filter(store=store).order_by("weekday", "opens").values_list(*FIELDS))


def test_opening_hours_replace_the_whole_week(store: Store) -> None:
    save_opening_hours(store=store, weekly=[WeeklyInterval(2, time(8), time(9))], user=None, now=NOW)
    save_opening_hours(store=store, weekly=[EVENING, MORNING], user=None, now=NOW)
    assert week_of(store) == [(0, time(9), time(12)), (4, time(20), time(2))]
    assert version_of(store) == 3


def test_opening_hours_of_another_store_stay(store: Store) -> None:
    other = make_store("other")
    save_opening_hours(store=other, weekly=[MORNING], user=None, now=NOW)
    save_opening_hours(store=store, weekly=[], user=None, now=NOW)
    assert (len(week_of(other)), version_of(other)) == (1, 2)


@pytest.mark.parametrize(
    ("weekly", "field", "code"),
    [
        ([MORNING, EVENING, MORNING], "opening_hours.2", "duplicate"),
        ([EVENING, WeeklyInterval(5, time(1), time(3))], "opening_hours.1", "overlap"),
        ([WeeklyInterval(9, time(1), time(3))], "opening_hours.0", "invalid"),
        ([MORNING] * 71, "opening_hours", "too_many"),
    ],
)
def test_bad_opening_hours_change_nothing(store: Store, weekly: list[WeeklyInterval], field: str, code: str) -> None:
    save_opening_hours(store=store, weekly=[MORNING], user=None, now=NOW)
    with pytest.raises(BadHours) as refused:
        save_opening_hours(store=store, weekly=weekly, user=None, now=NOW)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert (len(week_of(store)), version_of(store)) == (1, 2)


def test_special_hours_replace_those_of_the_date(store: Store) -> None:
    save_special_hours(store=store, dates=[MONDAY], intervals=[], user=None, now=NOW)
    save_special_hours(
        store=store, dates=[MONDAY], intervals=[(time(9), time(10)), (time(15), time(0))], user=None, now=NOW
    )
    rows = SpecialHours.objects.order_by("opens").values_list("date", "opens", "closes")
    assert list(rows) == [(MONDAY, time(9), time(10)), (MONDAY, time(15), time(0))]
    assert version_of(store) == 3


def test_special_hours_without_times_say_closed(store: Store) -> None:
    save_special_hours(store=store, dates=[MONDAY], intervals=[], user=None, now=NOW)
    assert list(SpecialHours.objects.values_list("date", "opens", "closes")) == [(MONDAY, None, None)]


def days_from(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]


def test_special_hours_of_several_dates_raise_the_version_once_and_tell_the_trail_of_each(store: Store) -> None:
    save_special_hours(store=store, dates=[MONDAY], intervals=[(time(9), time(10))], user=None, now=NOW)
    save_special_hours(store=store, dates=days_from(MONDAY, 2), intervals=[], user=None, now=NOW)
    tuesday = MONDAY + timedelta(days=1)
    rows = SpecialHours.objects.order_by("date").values_list("date", "opens")
    assert list(rows) == [(MONDAY, None), (tuesday, None)]
    assert version_of(store) == 3
    lines = SetupChange.objects.filter(what="special_hours").order_by("pk").values_list("subject", "before", "after")
    assert list(lines)[1:] == [
        (str(MONDAY), {"hours": ["09:00-10:00"]}, {"hours": []}),
        (str(tuesday), {}, {"hours": []}),
    ]


@pytest.mark.parametrize("count", [1, 3, SPECIAL_DAYS_MAX])
def test_any_number_of_dates_takes_the_same_statements(
    store: Store, django_assert_num_queries: Callable[[int], CaptureQueriesContext], count: int
) -> None:
    locks = 1 if connection.vendor == "postgresql" else 0  # of the store, in its turn
    with django_assert_num_queries(8 + locks):
        save_special_hours(store=store, dates=days_from(MONDAY, count), intervals=[], user=None, now=NOW)


def test_too_many_dates_are_refused(store: Store) -> None:
    with pytest.raises(BadHours) as refused:
        save_special_hours(store=store, dates=days_from(MONDAY, SPECIAL_DAYS_MAX + 1), intervals=[], user=None, now=NOW)
    assert (refused.value.field, refused.value.code) == ("dates", "too_many")
    assert not SpecialHours.objects.exists()


def test_overlapping_special_hours_are_refused(store: Store) -> None:
    with pytest.raises(BadHours) as refused:
        save_special_hours(
            store=store, dates=[MONDAY], intervals=[(time(9), time(12)), (time(11), time(13))], user=None, now=NOW
        )
    assert (refused.value.field, refused.value.code) == ("intervals.1", "overlap")


def test_special_hours_are_removed_once(store: Store) -> None:
    save_special_hours(store=store, dates=[MONDAY], intervals=[], user=None, now=NOW)
    assert delete_special_hours(store=store, date=MONDAY, user=None, now=NOW)
    assert not delete_special_hours(store=store, date=MONDAY, user=None, now=NOW)
    assert version_of(store) == 3
