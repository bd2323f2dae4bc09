"""Open intervals on ordinary days, around midnight, and on the days on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.hours import (
    Interval,
    WeeklyInterval,
    day_start,
    intersection,
    joined,
    open_intervals,
    openings,
    today_start,
    week_problem,
)

PARIS = ZoneInfo("Europe/Paris")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
HAVANA = ZoneInfo("America/Havana")
APIA = ZoneInfo("Pacific/Apia")
MONDAY = date(2026, 11, 23)
ALL_DAYS = range(7)
# The day of each change, and by how many minutes it is longer than 24 hours.
CHANGES = [
    (PARIS, date(2026, 3, 29), -60),
    (PARIS, date(2026, 10, 25), 60),
    (NEW_YORK, date(2026, 3, 8), -60),
    (NEW_YORK, date(2026, 11, 1), 60),
    (LORD_HOWE, date(2026, 10, 4), -30),
    (LORD_HOWE, date(2026, 4, 5), 30),
]


def every_day(opens: time, closes: time) -> list[WeeklyInterval]:
    return [WeeklyInterval(day, opens, closes) for day in ALL_DAYS]


def on(day: date, opens: time, closes: time) -> WeeklyInterval:
    return WeeklyInterval(day.weekday(), opens, closes)


def utc(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def local(interval: Interval, zone: ZoneInfo) -> str:
    start, end = (moment.astimezone(zone) for moment in interval)
    return f"{start:%m-%d %H:%M}/{end:%m-%d %H:%M}"


def minutes_open(intervals: list[Interval]) -> float:
    return sum((one.ends_at - one.starts_at).total_seconds() for one in intervals) / 60


# --- Ordinary days --------------------------------------------------------------------------------


def test_open_intervals_are_in_utc_and_sorted() -> None:
    weekly = [on(MONDAY, time(14), time(19)), on(MONDAY, time(9), time(12, 30))]
    found = open_intervals(weekly, {}, first_date=MONDAY, last_date=MONDAY, zone=PARIS)
    assert found == [(utc(MONDAY, 8), utc(MONDAY, 11, 30)), (utc(MONDAY, 13), utc(MONDAY, 18))]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (time(12), "11-23 09:00/11-23 15:00"),  # touching
        (time(11), "11-23 09:00/11-23 15:00"),  # overlapping
    ],
)
def test_open_intervals_of_one_day_are_joined(second: time, expected: str) -> None:
    weekly = [on(MONDAY, time(9), time(12)), on(MONDAY, second, time(15))]
    found = openings(weekly, {}, first_date=MONDAY, last_date=MONDAY, zone=PARIS)
    assert [local(one, PARIS) for one in found] == [expected]


def test_hours_past_midnight_end_on_the_next_day() -> None:
    found = open_intervals([on(MONDAY, time(20), time(2))], {}, first_date=MONDAY, last_date=MONDAY, zone=PARIS)
    assert [local(one, PARIS) for one in found] == ["11-23 20:00/11-24 02:00"]


def test_hours_until_midnight_end_with_the_day() -> None:
    found = open_intervals([on(MONDAY, time(20), time(0))], {}, first_date=MONDAY, last_date=MONDAY, zone=PARIS)
    assert [local(one, PARIS) for one in found] == ["11-23 20:00/11-24 00:00"]


def test_whole_days_are_joined_across_midnight_but_open_anew_each_day() -> None:
    weekly = every_day(time(0), time(0))
    tuesday = MONDAY + timedelta(days=1)
    whole = open_intervals(weekly, {}, first_date=MONDAY, last_date=tuesday, zone=PARIS)
    daily = openings(weekly, {}, first_date=MONDAY, last_date=tuesday, zone=PARIS)
    assert [local(one, PARIS) for one in whole] == ["11-23 00:00/11-25 00:00"]
    assert [local(one, PARIS) for one in daily] == ["11-23 00:00/11-24 00:00", "11-24 00:00/11-25 00:00"]


@pytest.mark.parametrize(
    ("next_day", "expected"),
    [
        ((time(1), time(6)), ["11-23 20:00/11-24 01:00", "11-24 01:00/11-24 06:00"]),
        ((time(1), time(2)), ["11-23 20:00/11-24 01:00", "11-24 01:00/11-24 03:00"]),
        ((time(3), time(6)), ["11-23 20:00/11-24 03:00", "11-24 03:00/11-24 06:00"]),
    ],
)
def test_hours_past_midnight_give_way_to_the_next_day(next_day: tuple[time, time], expected: list[str]) -> None:
    tuesday = MONDAY + timedelta(days=1)
    weekly = [on(MONDAY, time(20), time(3)), on(tuesday, *next_day)]
    days = openings(weekly, {}, first_date=MONDAY, last_date=tuesday, zone=PARIS)
    monday_alone = openings(weekly, {}, first_date=MONDAY, last_date=MONDAY, zone=PARIS)
    assert [local(one, PARIS) for one in days] == expected
    assert [local(one, PARIS) for one in monday_alone] == expected[:1]


def test_it_is_open_past_midnight_whatever_opens_then() -> None:
    tuesday = MONDAY + timedelta(days=1)
    weekly = [on(MONDAY, time(20), time(3)), on(tuesday, time(1), time(2))]
    found = open_intervals(weekly, {}, first_date=MONDAY, last_date=MONDAY, zone=PARIS)
    assert [local(one, PARIS) for one in found] == ["11-23 20:00/11-24 03:00"]


def test_special_hours_replace_the_weekday() -> None:
    weekly = every_day(time(9), time(18))
    special = {MONDAY: [(time(10), time(11)), (time(15), time(16))]}
    found = open_intervals(weekly, special, first_date=MONDAY, last_date=MONDAY, zone=PARIS)
    assert [local(one, PARIS) for one in found] == ["11-23 10:00/11-23 11:00", "11-23 15:00/11-23 16:00"]


def test_special_hours_without_times_close_the_day() -> None:
    special: dict[date, list[tuple[time, time]]] = {MONDAY: []}
    assert open_intervals(every_day(time(9), time(18)), special, first_date=MONDAY, last_date=MONDAY, zone=PARIS) == []


def test_special_hours_leave_the_tail_of_the_evening_before() -> None:
    tuesday = MONDAY + timedelta(days=1)
    weekly = every_day(time(20), time(2))
    found = open_intervals(weekly, {tuesday: []}, first_date=MONDAY, last_date=tuesday, zone=PARIS)
    assert [local(one, PARIS) for one in found] == ["11-23 20:00/11-24 02:00"]


def test_no_hours_no_intervals() -> None:
    assert open_intervals([], {}, first_date=MONDAY, last_date=MONDAY, zone=PARIS) == []


# --- Days on which the clocks change ----------------------------------------------------------------


@pytest.mark.parametrize(("zone", "day", "minutes"), CHANGES)
def test_whole_day_lasts_as_long_as_it_does(zone: ZoneInfo, day: date, minutes: int) -> None:
    found = open_intervals(every_day(time(0), time(0)), {}, first_date=day, last_date=day, zone=zone)
    assert minutes_open(found) == 24 * 60 + minutes
    assert found == [(day_start(day, zone), day_start(day + timedelta(days=1), zone))]


@pytest.mark.parametrize(("zone", "day", "minutes"), CHANGES)
def test_shop_hours_are_the_same_on_the_wall(zone: ZoneInfo, day: date, minutes: int) -> None:
    found = open_intervals(every_day(time(9), time(18)), {}, first_date=day, last_date=day, zone=zone)
    assert [local(one, zone) for one in found] == [f"{day:%m-%d} 09:00/{day:%m-%d} 18:00"]
    assert minutes_open(found) == 9 * 60


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        (time(2, 30), time(5), "03-29 03:00/03-29 05:00"),  # opens at a time that is skipped
        (time(1), time(2, 30), "03-29 01:00/03-29 03:00"),  # closes at one
        (time(1), time(2), "03-29 01:00/03-29 03:00"),  # 02:00 is the instant of the change
    ],
)
def test_skipped_times_are_the_instant_of_the_change(opens: time, closes: time, expected: str) -> None:
    day = date(2026, 3, 29)
    found = open_intervals([on(day, opens, closes)], {}, first_date=day, last_date=day, zone=PARIS)
    assert [local(one, PARIS) for one in found] == [expected]


def test_hours_wholly_in_the_skipped_hour_are_none() -> None:
    day = date(2026, 3, 29)
    assert open_intervals([on(day, time(2, 10), time(2, 50))], {}, first_date=day, last_date=day, zone=PARIS) == []


def test_skipped_half_hour_is_the_instant_of_the_change() -> None:
    day = date(2026, 10, 4)
    found = open_intervals([on(day, time(2, 15), time(4))], {}, first_date=day, last_date=day, zone=LORD_HOWE)
    assert [local(one, LORD_HOWE) for one in found] == ["10-04 02:30/10-04 04:00"]
    assert minutes_open(found) == 90


@pytest.mark.parametrize(
    ("opens", "closes", "minutes"),
    [
        (time(2, 30), time(5), 210),  # opens at the first 02:30
        (time(1), time(2, 30), 150),  # closes at the second 02:30
        (time(2, 15), time(2, 45), 90),  # from the first to the second
    ],
)
def test_times_shown_twice_open_at_the_first_and_close_at_the_second(opens: time, closes: time, minutes: int) -> None:
    day = date(2026, 10, 25)
    found = open_intervals([on(day, opens, closes)], {}, first_date=day, last_date=day, zone=PARIS)
    assert minutes_open(found) == minutes


def test_night_of_the_change_is_an_hour_shorter() -> None:
    day = date(2026, 3, 28)
    found = open_intervals([on(day, time(20), time(4))], {}, first_date=day, last_date=day, zone=PARIS)
    assert minutes_open(found) == 7 * 60


def test_day_whose_midnight_is_skipped_begins_at_the_change() -> None:
    assert day_start(date(2026, 3, 8), HAVANA).astimezone(HAVANA).time() == time(1)


@pytest.mark.parametrize(
    ("zone", "now", "began"),
    [
        ("America/Santiago", "2026-09-06T04:00+00:00", "2026-09-06T04:00+00:00"),  # 0:00 is skipped: it begins at 1:00
        ("America/Santiago", "2026-04-05T03:59+00:00", "2026-04-04T03:00+00:00"),  # 23:00 comes twice before it ends
        ("Africa/Cairo", "2026-04-24T12:00+00:00", "2026-04-23T22:00+00:00"),
        ("America/Havana", "2026-11-01T05:30+00:00", "2026-11-01T04:00+00:00"),  # 0:00 comes twice
        ("America/Toronto", "1919-03-31T12:00+00:00", "1919-03-31T04:30+00:00"),  # 23:30 to 0:30 are skipped
    ],
)
def test_today_began_when_its_first_minute_was_shown(zone: str, now: str, began: str) -> None:
    assert today_start(datetime.fromisoformat(now), ZoneInfo(zone)) == datetime.fromisoformat(began)


def test_day_that_a_zone_skipped_has_no_hours() -> None:
    day = date(2011, 12, 30)
    assert open_intervals(every_day(time(0), time(0)), {}, first_date=day, last_date=day, zone=APIA) == []


# --- Whatever the hours -------------------------------------------------------------------------------

quarters = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
weeks = st.lists(st.builds(WeeklyInterval, st.integers(0, 6), quarters, quarters), max_size=12)
change_days = st.sampled_from([(zone, day) for zone, day, _ in CHANGES])


@given(weekly=weeks, change=change_days, days_before=st.integers(1, 3), days_after=st.integers(0, 3))
def test_openings_never_overlap_nor_depend_on_the_days_asked_for(
    weekly: list[WeeklyInterval], change: tuple[ZoneInfo, date], days_before: int, days_after: int
) -> None:
    zone, day = change
    first, last = day - timedelta(days=days_before), day + timedelta(days=days_after)
    found = openings(weekly, {}, first_date=first, last_date=last, zone=zone)
    assert all(one.starts_at < one.ends_at for one in found)
    assert all(one.ends_at <= following.starts_at for one, following in pairwise(found))
    fewest = openings(weekly, {}, first_date=day - timedelta(days=1), last_date=day, zone=zone)
    assert starting_on(day, found, zone) == starting_on(day, fewest, zone)


def starting_on(day: date, intervals: list[Interval], zone: ZoneInfo) -> list[Interval]:
    return [one for one in intervals if one.starts_at.astimezone(zone).date() == day]


@given(weekly=weeks, change=change_days)
def test_openings_and_open_intervals_are_the_same_time(
    weekly: list[WeeklyInterval], change: tuple[ZoneInfo, date]
) -> None:
    zone, day = change
    first, last = day - timedelta(days=2), day + timedelta(days=2)
    start, end = day_start(first, zone), day_start(last + timedelta(days=1), zone)
    found = openings(weekly, {}, first_date=first, last_date=last, zone=zone)
    opened = open_intervals(weekly, {}, first_date=first, last_date=last, zone=zone)
    days = [Interval(start, end)]
    assert intersection(joined(found), days) == intersection(opened, days)


@given(weekly=weeks, change=change_days)
def test_open_minutes_are_those_whose_wall_time_is_open(
    weekly: list[WeeklyInterval], change: tuple[ZoneInfo, date]
) -> None:
    """Walk the days quarter by quarter on real time, and look at the clock on the wall each time."""
    zone, day = change
    found = open_intervals(weekly, {}, first_date=day - timedelta(days=1), last_date=day + timedelta(days=1), zone=zone)
    moment, end = day_start(day, zone), day_start(day + timedelta(days=1), zone)
    while moment < end:
        wall = moment.astimezone(zone)
        is_open = any(one.starts_at <= moment < one.ends_at for one in found)
        if zone.utcoffset(wall.replace(fold=0)) == zone.utcoffset(wall.replace(fold=1)):
            assert is_open == _is_open_on_the_wall(weekly, wall)
        moment += timedelta(minutes=15)


def _is_open_on_the_wall(weekly: list[WeeklyInterval], wall: datetime) -> bool:
    today, at = wall.weekday(), wall.time()
    for one in weekly:
        if one.closes > one.opens:
            if one.weekday == today and one.opens <= at < one.closes:
                return True
        elif (one.weekday == today and at >= one.opens) or ((one.weekday + 1) % 7 == today and at < one.closes):
            return True
    return False


# --- Arithmetic ---------------------------------------------------------------------------------------

instants = st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 3), timezones=st.just(UTC))
intervals = st.lists(st.builds(lambda a, b: Interval(min(a, b), max(a, b) + timedelta(seconds=1)), instants, instants))


@given(a=intervals, b=intervals, moment=instants)
def test_intersection_holds_what_is_in_both(a: list[Interval], b: list[Interval], moment: datetime) -> None:
    def is_in(all_of: list[Interval]) -> bool:
        return any(one.starts_at <= moment < one.ends_at for one in all_of)

    assert is_in(intersection(joined(a), joined(b))) == (is_in(a) and is_in(b))


@pytest.mark.parametrize(
    ("weekly", "problem"),
    [
        ([], None),
        ([(0, 9, 12), (0, 12, 18)], None),
        ([(4, 20, 2), (5, 2, 6)], None),
        ([(6, 20, 2), (0, 2, 6)], None),
        (every_day(time(0), time(0)), None),
        ([(0, 9, 12), (0, 11, 18)], (1, "overlap")),
        ([(0, 11, 18), (0, 9, 12)], (1, "overlap")),
        ([(4, 20, 2), (5, 1, 6)], (1, "overlap")),
        ([(6, 20, 2), (0, 1, 6)], (1, "overlap")),
        ([(0, 9, 12), (1, 9, 12), (0, 9, 12)], (2, "duplicate")),
        ([(7, 9, 12)], (0, "invalid")),
        ([WeeklyInterval(0, time(9, tzinfo=UTC), time(12))], (0, "invalid")),
    ],
)
def test_week_problem_names_the_interval(weekly: list[object], problem: tuple[int, str] | None) -> None:
    intervals = [
        one if isinstance(one, WeeklyInterval) else WeeklyInterval(one[0], time(one[1]), time(one[2]))  # type: ignore[index]
        for one in weekly
    ]
    assert week_problem(intervals) == problem
