"""Closings of a store: what is stored, refused and told to the trail, and what the rules of slots read of it."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from stores.absences import Absence
from stores.models import SetupChange, StoreClosing
from stores.queries import rules_around, store_detail, store_rules
from stores.services import CLOSINGS_MAX, BadValue, add_closing, forget_absences, remove_closing
from stores.services.absences import KEEP_ABSENCES_DAYS
from tests.factories import NOW, make_store, make_user

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 11, 24)
EACH_WEDNESDAY = Absence(TUESDAY, None, time(14), time(18), weekdays=(2,))
FIRST_MONDAY = Absence(TUESDAY, date(2027, 6, 30), weekdays=(0,), nth=1)


def add(store, closing: Absence) -> StoreClosing:
    return add_closing(store=store, closing=closing, user=None, now=NOW)


@pytest.mark.parametrize("closing", [EACH_WEDNESDAY, FIRST_MONDAY])
def test_rules_and_public_data_have_what_was_stored(closing: Absence) -> None:
    store, other = make_store(), make_store("other-shop")
    row = add(store, closing)
    stored = replace(closing, id=row.pk)

    assert rules_around(store.slug, NOW).closings == (stored,)
    detail = store_detail(store.slug, from_date=NOW.date())
    assert detail is not None
    assert detail.closings == (stored,)
    assert rules_around(other.slug, NOW).closings == ()


def test_closings_that_are_over_are_not_read_but_the_night_of_the_last_day_is() -> None:
    store = make_store()
    add(store, Absence(TUESDAY, TUESDAY + timedelta(days=2), weekdays=(3,)))
    read = [len(store_rules(store.slug, from_date=date(2026, 11, day)).closings) for day in (24, 26, 27, 28)]
    assert read == [1, 1, 1, 0]


@pytest.mark.parametrize(
    ("closing", "field", "code"),
    [
        (Absence(TUESDAY, TUESDAY), "weekdays", "required"),
        (Absence(TUESDAY, TUESDAY - timedelta(days=1), weekdays=(0,)), "last_date", "order"),
        (Absence(TUESDAY, TUESDAY + timedelta(days=3), weekdays=(0,)), "last_date", "never"),
        (Absence(TUESDAY, None, weekdays=(7,)), "weekdays", "invalid"),
    ],
)
def test_closing_that_cannot_be_is_refused(closing: Absence, field: str, code: str) -> None:
    store = make_store()
    with pytest.raises(BadValue) as bad:
        add(store, closing)
    assert (bad.value.field, bad.value.code) == (field, code)
    assert not StoreClosing.objects.exists()


def test_a_store_has_so_many_closings_to_come_and_no_more() -> None:
    store = make_store()
    over = StoreClosing(store=store, first_date=date(2026, 1, 5), last_date=date(2026, 1, 9), weekdays=1)
    ahead = [StoreClosing(store=store, first_date=TUESDAY, weekdays=1) for _ in range(CLOSINGS_MAX - 1)]
    StoreClosing.objects.bulk_create([over, *ahead])

    add(store, EACH_WEDNESDAY)
    add(store, EACH_WEDNESDAY)  # the same one
    with pytest.raises(BadValue):
        add(store, FIRST_MONDAY)


def test_trail_says_when_it_is_closed_and_that_it_was_taken_back() -> None:
    store, user = make_store(), make_user()
    version = rules_around(store.slug, NOW).hours_version
    row = add_closing(store=store, closing=EACH_WEDNESDAY, user=user, now=NOW)
    assert rules_around(store.slug, NOW).hours_version == version + 1

    assert remove_closing(store=make_store("other-shop"), closing_id=row.pk, user=user, now=NOW) is None
    removed = remove_closing(store=store, closing_id=row.pk, user=user, now=NOW)

    assert removed is not None
    assert removed.weekdays == (2,)
    assert rules_around(store.slug, NOW).hours_version == version + 2
    told = {"away_from": "2026-11-24", "from_time": "14:00", "until_time": "18:00", "weekdays": ["wed"]}
    lines = SetupChange.objects.filter(store=store, what="closing").order_by("pk")
    assert [(line.before, line.after) for line in lines] == [({}, told), (told, {})]


def test_closings_of_long_ago_are_forgotten() -> None:
    store = make_store()
    ended = NOW.date() - timedelta(days=KEEP_ABSENCES_DAYS)
    for last in (ended - timedelta(days=1), ended):
        StoreClosing.objects.create(store=store, first_date=ended - timedelta(days=9), last_date=last, weekdays=1)
    add(store, EACH_WEDNESDAY)

    assert forget_absences(now=NOW) == 1
    assert StoreClosing.objects.count() == 2
