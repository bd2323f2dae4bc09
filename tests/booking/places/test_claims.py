"""Places taken and given back, slot by slot: all that a visit needs, or none."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from booking.models import Hold
from booking.places.claims import (
    claim,
    claim_anywhere,
    days_of,
    drop_hold,
    give_places_back,
    raise_days,
    release_expired_holds,
    squeeze_in,
    store_hold,
)
from booking.places.runs import Run, runs_at
from stores.models import Slot, Store, StoreDay
from stores.queries import rules_around
from stores.slots import StoreRules
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db
EXPIRES = NOW + timedelta(minutes=10)


@pytest.fixture
def store() -> Store:
    return make_store(capacity=2, desks=("left", "right"))


@pytest.fixture
def rules(store: Store) -> StoreRules:
    return rules_around(store.slug, NOW)


def runs(rules: StoreRules, starts_at: datetime, kind: str = "visit") -> list[Run]:
    (visit_type,) = (one for one in rules.visit_types if one.slug == kind)
    return runs_at(rules, visit_type, starts_at)


def taken() -> list[tuple[str, str, int, int]]:
    """Return desk, local start, places taken and those of them from the web, of each slot that has a row."""
    return [
        (slot.desk.slug, f"{slot.starts_at.astimezone(at(9).tzinfo):%H:%M}", slot.places_taken, slot.places_taken_web)
        for slot in Slot.objects.select_related("desk").order_by("desk__position", "starts_at")
    ]


def keep(rules: StoreRules, run: Run, *, expires_at: datetime = EXPIRES) -> Hold:
    assert claim(rules.id, run, places=1, from_web=True)
    return store_hold(rules, run, visit_type_id=rules.visit_types[0].id, party_size=1, expires_at=expires_at)


# --- Runs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "starts_at", "ends"),
    [
        ("visit", at(9), ["09:15", "09:15"]),
        ("advice", at(9), ["09:30", "09:30"]),
        ("advice", at(11, 45), []),  # its second slot would be in the break
        ("visit", at(9, 5), []),
        ("visit", at(13), []),
        ("visit", at(9, day=29), []),  # a Sunday
    ],
)
def test_a_visit_can_be_where_all_of_its_slots_are(
    rules: StoreRules, kind: str, starts_at: datetime, ends: list[str]
) -> None:
    assert [f"{run.ends_at.astimezone(rules.zone):%H:%M}" for run in runs(rules, starts_at, kind)] == ends


# --- Taking -----------------------------------------------------------------------------------------


def test_a_claim_takes_each_slot_of_the_run_and_counts_the_webs_apart(rules: StoreRules) -> None:
    left, _right = runs(rules, at(9), "advice")

    assert claim(rules.id, left, places=1, from_web=True)
    assert claim(rules.id, left, places=1, from_web=False)

    assert taken() == [("left", "09:00", 2, 1), ("left", "09:15", 2, 1)]


def test_a_claim_that_one_slot_is_too_full_for_takes_none(rules: StoreRules) -> None:
    assert claim(rules.id, runs(rules, at(9, 15))[0], places=2, from_web=True)

    assert not claim(rules.id, runs(rules, at(9), "advice")[0], places=1, from_web=True)

    assert taken() == [("left", "09:00", 0, 0), ("left", "09:15", 2, 2)]


def test_what_is_kept_back_from_the_web_is_there_for_the_phone() -> None:
    make_store(capacity=2, kept_back=1)
    rules = rules_around("corner-shop-niort", NOW)
    (run,) = runs(rules, at(9))

    assert not claim(rules.id, run, places=2, from_web=True)
    assert claim(rules.id, run, places=1, from_web=True)
    assert not claim(rules.id, run, places=1, from_web=True)
    assert claim(rules.id, run, places=1, from_web=False)
    assert taken() == [("main", "09:00", 2, 1)]


def test_a_party_larger_than_the_desk_fits_where_the_slot_itself_was_made_larger(rules: StoreRules) -> None:
    run = runs(rules, at(9))[0]
    assert not claim(rules.id, run, places=3, from_web=True)
    assert taken() == []

    squeeze_in(rules.id, run, places=0)
    Slot.objects.update(capacity=3, has_own_capacity=True)

    assert claim(rules.id, run, places=3, from_web=True)


def test_a_closed_slot_takes_nobody_but_those_who_are_squeezed_in(rules: StoreRules) -> None:
    run = runs(rules, at(9))[0]
    squeeze_in(rules.id, run, places=0)
    Slot.objects.update(closed=True)

    assert not claim(rules.id, run, places=1, from_web=False)

    squeeze_in(rules.id, run, places=3)
    assert Slot.objects.values_list("places_taken", "squeezed").get() == (3, 1)


def test_the_emptiest_desk_is_taken_first_and_none_where_all_are_full(rules: StoreRules) -> None:
    found = []
    for _ in range(5):
        run = claim_anywhere(rules, runs(rules, at(9)), rules.visit_types[0], now=NOW, party_size=1, from_web=True)
        found.append(run and run.desk.slug)

    assert found[:2] == ["left", "right"]
    assert sorted(map(str, found)) == ["None", "left", "left", "right", "right"]
    assert taken() == [("left", "09:00", 2, 2), ("right", "09:00", 2, 2)]


def test_the_desk_asked_for_comes_first_though_it_is_fuller(rules: StoreRules) -> None:
    both = runs(rules, at(9))
    right = both[1].desk
    assert claim(rules.id, both[1], places=1, from_web=True)

    run = claim_anywhere(
        rules, both, rules.visit_types[0], now=NOW, party_size=1, from_web=True, prefer_desk_id=right.id
    )

    assert run is not None
    assert run.desk == right


# --- Giving back ------------------------------------------------------------------------------------


def test_a_booking_gives_back_what_it_took_and_no_more(store: Store, rules: StoreRules) -> None:
    booking = make_booking(store, starts_at=at(9), visit_type="advice")
    assert claim(rules.id, next(run for run in runs(rules, at(9)) if run.desk.id == booking.desk_id), places=1,
                 from_web=False)  # fmt: skip

    days = give_places_back(store, [booking])

    assert days == {at(9).date()}
    assert [places for _desk, _start, *places in taken()] == [[1, 0], [0, 0]]


def test_squeezed_in_places_are_the_first_to_go(store: Store, rules: StoreRules) -> None:
    run = runs(rules, at(9))[0]
    hold = keep(rules, run)
    squeeze_in(rules.id, run, places=3)
    assert Slot.objects.get().squeezed == 2

    drop_hold(hold)

    assert Slot.objects.values_list("places_taken", "places_taken_web", "squeezed").get() == (3, 0, 1)


def test_a_hold_gives_its_places_back_once(rules: StoreRules) -> None:
    hold = keep(rules, runs(rules, at(9))[0])
    again = Hold.objects.get(pk=hold.pk)

    assert (drop_hold(hold), drop_hold(again)) == (1, 0)

    assert taken() == [("left", "09:00", 0, 0)]
    assert StoreDay.objects.values_list("date", "version").get() == (at(9).date(), 1)


def test_holds_are_let_go_at_the_instant_they_run_out_at_the_store_that_is_asked(rules: StoreRules) -> None:
    other = rules_around(make_store("other-shop").slug, NOW)
    keep(rules, runs(rules, at(9))[0])
    keep(other, runs(other, at(9))[0])
    later = keep(rules, runs(rules, at(10))[0], expires_at=EXPIRES + timedelta(seconds=1))

    assert release_expired_holds(store_id=rules.id, now=EXPIRES - timedelta(seconds=1)) == 0
    assert release_expired_holds(store_id=rules.id, now=EXPIRES) == 1
    assert release_expired_holds(now=EXPIRES) == 1
    assert Hold.objects.get() == later


def test_a_hold_that_the_counters_do_not_know_keeps_no_other(
    rules: StoreRules, caplog: pytest.LogCaptureFixture
) -> None:
    unknown, known = (keep(rules, runs(rules, at(hour))[0]) for hour in (9, 10))
    Slot.objects.filter(starts_at=at(9)).update(places_taken=0, places_taken_web=0)

    assert release_expired_holds(now=EXPIRES) == 1

    assert Hold.objects.get() == unknown
    assert [(record.message, getattr(record, "hold_id", None)) for record in caplog.records] == [
        ("hold_not_released", unknown.pk)
    ]
    assert not Hold.objects.filter(pk=known.pk).exists()


# --- Days -------------------------------------------------------------------------------------------


def test_each_day_counts_its_own_changes(store: Store) -> None:
    monday, tuesday = NOW.date(), at(9).date()
    with transaction.atomic():
        raise_days(store.pk, {tuesday})
        raise_days(store.pk, {monday, tuesday})
        raise_days(store.pk, set())

    assert list(StoreDay.objects.order_by("date").values_list("date", "version")) == [(monday, 1), (tuesday, 2)]


def test_a_visit_touches_the_days_of_the_stores_own_zone() -> None:
    evening = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)  # half past eleven in Niort
    hour = timedelta(hours=1)
    assert days_of(evening, evening + hour / 2, "Europe/Paris") == {at(9).date()}
    assert days_of(evening, evening + hour, "Europe/Paris") == {at(9).date(), at(9, day=25).date()}
    assert days_of(evening, evening + hour, "UTC") == {at(9).date()}
