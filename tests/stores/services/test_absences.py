"""Absences of desks: what is stored, refused and told to the trail, and what the rules of slots read of it."""

from datetime import date, time, timedelta

import pytest

from stores.absences import Absence
from stores.models import DeskAbsence, SetupChange
from stores.queries import rules_around, store_rules
from stores.services import ABSENCES_MAX, BadValue, add_absence, forget_absences, remove_absence
from stores.services.absences import KEEP_ABSENCES_DAYS
from tests.factories import NOW, make_store, make_user

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 11, 24)
EACH_FRIDAY = Absence(TUESDAY, None, time(14), time(18), weekdays=(4,))


def add(store, absence: Absence) -> DeskAbsence:
    return add_absence(store=store, desk=store.desks.get(), absence=absence, user=None, now=NOW)


@pytest.mark.parametrize(
    "absence",
    [
        Absence(TUESDAY, TUESDAY + timedelta(days=13)),
        Absence(TUESDAY, TUESDAY, time(14), time(15, 30)),
        Absence(TUESDAY, TUESDAY, from_time=time(14)),
        EACH_FRIDAY,
        Absence(TUESDAY, date(2027, 6, 30), weekdays=(0,), nth=1),
    ],
)
def test_rules_of_slots_have_what_was_stored(absence: Absence) -> None:
    store = make_store()

    row = add(store, absence)

    (desk,) = rules_around(store.slug, NOW).desks
    (found,) = desk.absences
    assert found.id == row.pk
    assert found == Absence(**{**{name: getattr(absence, name) for name in FIELDS}, "id": row.pk})


FIELDS = ("first_date", "last_date", "from_time", "until_time", "weekdays", "nth")


def test_absences_that_are_over_are_not_read_but_the_night_of_the_last_day_is() -> None:
    store = make_store()
    add(store, Absence(TUESDAY, TUESDAY + timedelta(days=2)))

    def read(day: int) -> int:
        return len(store_rules(store.slug, from_date=date(2026, 11, day)).desks[0].absences)

    assert [read(day) for day in (24, 26, 27, 28)] == [1, 1, 1, 0]


@pytest.mark.parametrize(
    ("absence", "field", "code"),
    [
        (Absence(TUESDAY, TUESDAY - timedelta(days=1)), "last_date", "order"),
        (Absence(TUESDAY, TUESDAY, time(14), time(14)), "until_time", "order"),
        (Absence(TUESDAY, None), "last_date", "required"),
        (Absence(TUESDAY, TUESDAY + timedelta(days=3), weekdays=(0,)), "last_date", "never"),
        (Absence(TUESDAY, TUESDAY + timedelta(days=3000)), "last_date", "too_long"),
        (Absence(TUESDAY, None, weekdays=(7,)), "weekdays", "invalid"),
        (Absence(TUESDAY, None, weekdays=(1,), nth=6), "weekdays", "invalid"),
    ],
)
def test_absence_that_cannot_be_is_refused(absence: Absence, field: str, code: str) -> None:
    store = make_store()
    with pytest.raises(BadValue) as bad:
        add(store, absence)
    assert (bad.value.field, bad.value.code) == (field, code)
    assert not DeskAbsence.objects.exists()


def test_one_desk_has_so_many_absences_to_come_and_no_more() -> None:
    store = make_store()
    desk = store.desks.get()
    over = DeskAbsence(desk=desk, first_date=date(2026, 1, 5), last_date=date(2026, 1, 9))
    ahead = [DeskAbsence(desk=desk, first_date=TUESDAY, last_date=TUESDAY) for _ in range(ABSENCES_MAX - 1)]
    DeskAbsence.objects.bulk_create([over, *ahead])

    add(store, EACH_FRIDAY)
    add(store, EACH_FRIDAY)  # the same one
    with pytest.raises(BadValue):
        add(store, Absence(TUESDAY, None, weekdays=(4,)))


def test_trail_says_who_is_away_and_that_it_was_taken_back() -> None:
    store = make_store()
    user = make_user()
    row = add_absence(store=store, desk=store.desks.get(), absence=EACH_FRIDAY, user=user, now=NOW)
    version = rules_around(store.slug, NOW).hours_version

    assert remove_absence(store=make_store("other-shop"), absence_id=row.pk, user=user, now=NOW) is None
    found = remove_absence(store=store, absence_id=row.pk, user=user, now=NOW)

    assert found is not None
    assert found.weekdays == (4,)
    assert rules_around(store.slug, NOW).hours_version == version + 1
    told = {"away_from": "2026-11-24", "from_time": "14:00", "until_time": "18:00", "weekdays": ["fri"]}
    lines = SetupChange.objects.filter(store=store, what="absence").order_by("pk")
    assert [(line.subject, line.before, line.after) for line in lines] == [("Main", {}, told), ("Main", told, {})]


def test_absences_of_long_ago_are_forgotten() -> None:
    store = make_store()
    ended = NOW.date() - timedelta(days=KEEP_ABSENCES_DAYS)
    desk = store.desks.get()
    for last in (ended - timedelta(days=1), ended):
        DeskAbsence.objects.create(desk=desk, first_date=ended - timedelta(days=9), last_date=last)
    add(store, EACH_FRIDAY)

    assert forget_absences(now=NOW) == 1
    assert DeskAbsence.objects.count() == 2
