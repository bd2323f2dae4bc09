"""Slots from rules: whole ones, under the day they start on, the same whichever days are asked for."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.hours import ONE_DAY, Interval, WeeklyInterval, day_start
from stores.slots import (
    DeskRule,
    SlotTime,
    StoreRules,
    VisitTypeRule,
    desk_slots,
    run_of,
    slot_times,
    slots_by_desk,
    starts_with_runs,
    store_slots,
)

PARIS = ZoneInfo("Europe/Paris")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
MONDAY = date(2026, 11, 23)
MAIN = DeskRule(id=1, slug="main", name="Main desk", capacity=2, kept_back=0, weekly=())


def rules(*weekly: WeeklyInterval, **fields: Any) -> StoreRules:
    return replace(
        StoreRules(
            id=1,
            slug="corner-shop",
            name="Corner Shop",
            country="FR",
            zone=PARIS,
            slot_minutes=30,
            counts_people=True,
            minimum_notice_minutes=60,
            booking_horizon_days=28,
            change_until_minutes=120,
            open_bookings_per_customer=2,
            keep_days=90,
            hours_version=1,
            offers_desk_choice=False,
            weekly=weekly,
            special={},
            desks=(MAIN,),
            visit_types=(VisitTypeRule(1, "visit", "Visit", 1, 2, ""),),
        ),
        **fields,
    )


def on(day: date, opens: time, closes: time) -> WeeklyInterval:
    return WeeklyInterval(day.weekday(), opens, closes)


def every_day(opens: time, closes: time) -> tuple[WeeklyInterval, ...]:
    return tuple(WeeklyInterval(day, opens, closes) for day in range(7))


def starts(slots: list[SlotTime], zone: ZoneInfo = PARIS) -> list[str]:
    return [f"{slot.starts_at.astimezone(zone):%a %H:%M}" for slot in slots]


def utc(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 23, hour, minute, tzinfo=UTC)


# --- From intervals -------------------------------------------------------------------------------


def test_slot_times_are_whole_and_step_from_each_start() -> None:
    found = slot_times([Interval(utc(9), utc(10, 20)), Interval(utc(14, 5), utc(14, 35))], 30)
    assert found == [(utc(9), utc(9, 30)), (utc(9, 30), utc(10)), (utc(14, 5), utc(14, 35))]


def test_interval_shorter_than_a_slot_has_none() -> None:
    assert slot_times([Interval(utc(9), utc(9, 29))], 30) == []


# --- Of a store, by its own days --------------------------------------------------------------------


def test_slots_of_the_days_asked_for() -> None:
    found = store_slots(rules(*every_day(time(9), time(10))), first_date=MONDAY, last_date=MONDAY + ONE_DAY)
    assert starts(found) == ["Mon 09:00", "Mon 09:30", "Tue 09:00", "Tue 09:30"]


def test_slot_past_midnight_stands_under_the_day_it_starts_on() -> None:
    late = rules(on(MONDAY, time(23), time(1)))
    assert starts(store_slots(late, first_date=MONDAY, last_date=MONDAY)) == ["Mon 23:00", "Mon 23:30"]
    tuesday = MONDAY + ONE_DAY
    assert starts(store_slots(late, first_date=tuesday, last_date=tuesday)) == ["Tue 00:00", "Tue 00:30"]


def test_slot_across_midnight_stands_under_the_evening() -> None:
    late = rules(on(MONDAY, time(23), time(1)), slot_minutes=40)
    assert starts(store_slots(late, first_date=MONDAY, last_date=MONDAY)) == ["Mon 23:00", "Mon 23:40"]
    tuesday = MONDAY + ONE_DAY
    assert starts(store_slots(late, first_date=tuesday, last_date=tuesday)) == ["Tue 00:20"]


def test_whole_days_start_their_slots_at_midnight() -> None:
    """50 minutes do not divide a day: the grid may not drift with the days asked for."""
    always = rules(*every_day(time(0), time(0)), slot_minutes=50)
    for day in (MONDAY, MONDAY + 3 * ONE_DAY):
        assert starts(store_slots(always, first_date=day, last_date=day))[:2] == [f"{day:%a} 00:00", f"{day:%a} 00:50"]


def test_special_hours_make_the_slots_of_their_date() -> None:
    special = {MONDAY: ((time(15), time(16)),), MONDAY + ONE_DAY: ()}
    store = rules(*every_day(time(9), time(10)), special=special)
    found = store_slots(store, first_date=MONDAY, last_date=MONDAY + 2 * ONE_DAY)
    assert starts(found) == ["Mon 15:00", "Mon 15:30", "Wed 09:00", "Wed 09:30"]


@pytest.mark.parametrize("day", [date.min, date.max])
def test_no_slots_at_the_calendars_ends(day: date) -> None:
    store = rules(*every_day(time(9), time(10)))
    assert store_slots(store, first_date=day, last_date=day) == []
    own = replace(MAIN, weekly=every_day(time(9), time(10)))
    assert desk_slots(store, own, first_date=day, last_date=day) == []


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        (PARIS, date(2026, 3, 29), ["01:00", "01:30", "03:00", "03:30"]),
        (PARIS, date(2026, 10, 25), ["01:00", "01:30", "02:00", "02:30", "02:00", "02:30", "03:00", "03:30"]),
        (NEW_YORK, date(2026, 3, 8), ["01:00", "01:30", "03:00", "03:30"]),
        (NEW_YORK, date(2026, 11, 1), ["01:00", "01:30", "01:00", "01:30", "02:00", "02:30", "03:00", "03:30"]),
        (LORD_HOWE, date(2026, 10, 4), ["01:00", "01:30", "02:30", "03:00", "03:30"]),
        (LORD_HOWE, date(2026, 4, 5), ["01:00", "01:30", "01:30", "02:00", "02:30", "03:00", "03:30"]),
    ],
)
def test_slots_on_the_day_the_clocks_change(zone: ZoneInfo, day: date, expected: list[str]) -> None:
    store = rules(on(day, time(1), time(4)), zone=zone)
    found = store_slots(store, first_date=day, last_date=day)
    assert [f"{slot.starts_at.astimezone(zone):%H:%M}" for slot in found] == expected


# --- Of a desk ----------------------------------------------------------------------------------------


def test_desk_without_hours_has_the_stores_slots() -> None:
    store = rules(*every_day(time(9), time(10)))
    found = desk_slots(store, MAIN, first_date=MONDAY, last_date=MONDAY)
    assert starts(found) == ["Mon 09:00", "Mon 09:30"]


def test_desk_serves_the_stores_slots_wholly_within_its_hours() -> None:
    own = replace(MAIN, weekly=(on(MONDAY, time(9, 15), time(10, 15)), on(MONDAY, time(10, 15), time(11))))
    found = desk_slots(rules(*every_day(time(9), time(12))), own, first_date=MONDAY, last_date=MONDAY)
    assert starts(found) == ["Mon 09:30", "Mon 10:00", "Mon 10:30"]


def test_desk_hours_alone_open_no_store() -> None:
    own = replace(MAIN, weekly=every_day(time(0), time(0)))
    assert desk_slots(rules(), own, first_date=MONDAY, last_date=MONDAY) == []


def test_desk_serves_a_slot_across_midnight() -> None:
    own = replace(MAIN, weekly=every_day(time(0), time(0)))
    late = rules(on(MONDAY, time(23), time(1)), slot_minutes=40)
    assert starts(desk_slots(late, own, first_date=MONDAY, last_date=MONDAY)) == ["Mon 23:00", "Mon 23:40"]


def test_slots_by_desk_are_those_of_each_desk() -> None:
    morning = DeskRule(2, "ada", "Ada Test", 1, 0, every_day(time(9), time(9, 30)))
    store = rules(*every_day(time(9), time(10)), desks=(MAIN, morning))
    found = slots_by_desk(store, first_date=MONDAY, last_date=MONDAY)
    assert found == {desk.id: desk_slots(store, desk, first_date=MONDAY, last_date=MONDAY) for desk in (MAIN, morning)}
    assert [len(slots) for slots in found.values()] == [2, 1]


# --- Runs of slots --------------------------------------------------------------------------------------

SLOTS = slot_times([Interval(utc(9), utc(10, 30)), Interval(utc(14), utc(15))], 30)


@pytest.mark.parametrize(
    ("starts_at", "count", "length"),
    [
        (utc(9), 1, 1),
        (utc(9), 3, 3),
        (utc(9, 30), 3, None),  # a break in between
        (utc(14), 2, 2),
        (utc(14, 30), 2, None),  # the end of the day
        (utc(9, 15), 1, None),  # no start of a slot
        (utc(16), 1, None),
        (utc(8), 1, None),
    ],
)
def test_run_of_consecutive_slots(starts_at: datetime, count: int, length: int | None) -> None:
    run = run_of(SLOTS, starts_at, count)
    assert (run and len(run)) == length
    assert run is None or (run[0].starts_at, run[-1].ends_at) == (starts_at, starts_at + count * timedelta(minutes=30))


def test_run_starts_at_an_instant_told_in_any_zone() -> None:
    assert run_of(SLOTS, utc(9).astimezone(PARIS), 1) == (SLOTS[0],)


def test_starts_with_runs_are_all_that_run_of_finds() -> None:
    for count in (1, 2, 3, 4):
        expected = [run for slot in SLOTS if (run := run_of(SLOTS, slot.starts_at, count))]
        assert starts_with_runs(SLOTS, count) == expected


# --- The names of rules -----------------------------------------------------------------------------------


def test_rules_find_desk_visit_type_and_zone() -> None:
    store = rules()
    assert store.desk(1) == MAIN
    assert store.desk(2) is None
    assert store.visit_type("visit") == store.visit_types[0]
    assert store.visit_type("other") is None
    assert store.time_zone == "Europe/Paris"


# --- Whatever the hours -------------------------------------------------------------------------------------

quarters = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
weeks = st.lists(st.builds(WeeklyInterval, st.integers(0, 6), quarters, quarters), max_size=10).map(tuple)
zones_and_days = st.sampled_from(
    [
        (PARIS, date(2026, 3, 29)),
        (PARIS, date(2026, 10, 25)),
        (NEW_YORK, date(2026, 3, 8)),
        (NEW_YORK, date(2026, 11, 1)),
        (LORD_HOWE, date(2026, 10, 4)),
        (LORD_HOWE, date(2026, 4, 5)),
        (PARIS, MONDAY),
    ]
)
lengths = st.sampled_from([5, 15, 25, 30, 50, 60, 240])


@given(weekly=weeks, own=weeks, where=zones_and_days, slot_minutes=lengths)
def test_slots_are_whole_apart_and_of_the_days_asked_for(
    weekly: tuple[WeeklyInterval, ...],
    own: tuple[WeeklyInterval, ...],
    where: tuple[ZoneInfo, date],
    slot_minutes: int,
) -> None:
    zone, day = where
    store = rules(*weekly, zone=zone, slot_minutes=slot_minutes)
    slots = desk_slots(store, replace(MAIN, weekly=own), first_date=day - ONE_DAY, last_date=day + ONE_DAY)
    assert all(slot.ends_at - slot.starts_at == timedelta(minutes=slot_minutes) for slot in slots)
    assert all(one.ends_at <= following.starts_at for one, following in pairwise(slots))
    assert all(abs((slot.starts_at.astimezone(zone).date() - day).days) <= 1 for slot in slots)


@given(weekly=weeks, own=weeks, where=zones_and_days, slot_minutes=lengths)
def test_slots_of_a_day_are_the_same_whichever_days_are_asked_for(
    weekly: tuple[WeeklyInterval, ...],
    own: tuple[WeeklyInterval, ...],
    where: tuple[ZoneInfo, date],
    slot_minutes: int,
) -> None:
    zone, day = where
    store = rules(*weekly, zone=zone, slot_minutes=slot_minutes)
    desk = replace(MAIN, weekly=own)
    alone = desk_slots(store, desk, first_date=day, last_date=day)
    around = desk_slots(store, desk, first_date=day - 3 * ONE_DAY, last_date=day + 4 * ONE_DAY)
    assert [slot for slot in around if slot.starts_at.astimezone(zone).date() == day] == alone


@given(where=zones_and_days, slot_minutes=st.sampled_from([5, 15, 30]))
def test_a_day_open_throughout_is_all_slots(where: tuple[ZoneInfo, date], slot_minutes: int) -> None:
    zone, day = where
    store = rules(*every_day(time(0), time(0)), zone=zone, slot_minutes=slot_minutes)
    slots = store_slots(store, first_date=day, last_date=day)
    length = day_start(day + ONE_DAY, zone) - day_start(day, zone)
    assert len(slots) * timedelta(minutes=slot_minutes) == length
