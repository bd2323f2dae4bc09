"""Absences of a desk: the days on which they come against a calendar on paper, midnights and changes of the clock."""

from calendar import monthcalendar
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.absences import LAST_OF_MONTH, Absence, weekdays_mask, weekdays_of
from stores.hours import ONE_DAY, WeeklyInterval, openings
from stores.slots import DeskRule, SlotTime, StoreRules, VisitTypeRule, away_until, desk_slots, desks_there, store_slots

PARIS, KOLKATA = ZoneInfo("Europe/Paris"), ZoneInfo("Asia/Kolkata")  # the second never changes its clocks
MONDAY = date(2026, 11, 23)
WEDNESDAY, FRIDAY, SATURDAY, SUNDAY = (MONDAY + number * ONE_DAY for number in (2, 4, 5, 6))
SHOP, BAR = ((time(9), time(12)), (time(14), time(18))), ((time(20), time(2)),)


def store(hours: tuple[tuple[time, time], ...] = SHOP, *, zone: ZoneInfo = PARIS, slot_minutes: int = 60) -> StoreRules:
    return StoreRules(
        id=1, slug="corner-shop", name="Corner Shop", country="FR", zone=zone, slot_minutes=slot_minutes,
        counts_people=True, minimum_notice_minutes=60, booking_horizon_days=28, change_until_minutes=120,
        open_bookings_per_customer=2, keep_days=90, hours_version=1, offers_desk_choice=False,
        weekly=tuple(WeeklyInterval(day, opens, closes) for day in range(7) for opens, closes in hours),
        special={}, desks=(), visit_types=(VisitTypeRule(1, "visit", "Visit", 1, 2, ""),),
    )  # fmt: skip


def adviser(*absences: Absence) -> DeskRule:
    return DeskRule(1, "samir", "Samir Test", 1, 0, (), absences=absences)


def left(rules: StoreRules, absence: Absence, first: date, last: date) -> list[SlotTime]:
    return desk_slots(rules, adviser(absence), first_date=first, last_date=last)


def starts(rules: StoreRules, absence: Absence, first: date, last: date | None = None) -> list[str]:
    found = left(rules, absence, first, last or first)
    return [f"{slot.starts_at.astimezone(rules.zone):%a %H:%M}" for slot in found]


# --- The days of a repetition, on paper ------------------------------------------------------------


def on_paper(absence: Absence, first: date, last: date) -> set[date]:
    """Return the days on which a repeating absence comes, from the sheets of a wall calendar."""
    found = set()
    months = {(first + number * ONE_DAY).replace(day=1) for number in range((last - first).days + 1)}
    for month in months:
        weeks = monthcalendar(month.year, month.month)
        for weekday in absence.weekdays:
            column = [week[weekday] for week in weeks if week[weekday]]
            chosen = column if absence.nth == 0 else [column[-1]] if absence.nth == 5 else [column[absence.nth - 1]]
            found |= {month.replace(day=day) for day in chosen}
    end = absence.last_date or last
    return {day for day in found if max(first, absence.first_date) <= day <= min(last, end)}


DAYS = st.integers(0, 500).map(lambda number: MONDAY + number * ONE_DAY)
REPEATS = st.builds(
    Absence,
    first_date=DAYS,
    last_date=st.none(),
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    nth=st.integers(0, LAST_OF_MONTH),
)


@given(absence=REPEATS, length=st.none() | st.integers(0, 300), first=DAYS, span=st.integers(0, 70))
def test_repetition_comes_on_the_days_of_a_paper_calendar(
    absence: Absence, length: int | None, first: date, span: int
) -> None:
    last_date = None if length is None else absence.first_date + length * ONE_DAY
    absence, last = replace(absence, last_date=last_date), first + span * ONE_DAY
    days = [first + number * ONE_DAY for number in range(span + 1)]

    assert {day for day in days if absence.comes_on(day)} == on_paper(absence, first, last)


@given(
    absence=st.one_of(
        REPEATS,
        st.tuples(DAYS, st.integers(0, 40)).map(lambda one: Absence(one[0], one[0] + one[1] * ONE_DAY)),
    ),
    hours=st.sampled_from([SHOP, BAR, ((time(0), time(0)),), ((time(18), time(4)), (time(10), time(12)))]),
    first=DAYS,
    span=st.integers(0, 40),
)
def test_whole_days_take_the_openings_that_begin_on_them(
    absence: Absence, hours: tuple[tuple[time, time], ...], first: date, span: int
) -> None:
    """Also past midnight, and whatever the days that are asked for."""
    rules, last = store(hours), first + span * ONE_DAY
    if absence.weekdays:
        away = on_paper(absence, first - ONE_DAY, last)
    else:
        assert absence.last_date is not None
        away = {absence.first_date + n * ONE_DAY for n in range((absence.last_date - absence.first_date).days + 1)}
    opened = openings(rules.weekly, {}, first_date=first - ONE_DAY, last_date=last, zone=PARIS)
    here = [one for one in opened if one.starts_at.astimezone(PARIS).date() not in away]

    assert left(rules, absence, first, last) == [
        slot
        for slot in store_slots(rules, first_date=first, last_date=last)
        if any(one.starts_at <= slot.starts_at < one.ends_at for one in here)
    ]


TIMES = st.integers(0, 47).map(lambda halves: time(halves // 2, halves % 2 * 30))


@given(
    absence=REPEATS,
    from_time=TIMES,
    until_time=TIMES,
    hours=st.sampled_from([SHOP, BAR, ((time(0), time(0)),)]),
    first=DAYS,
)
def test_times_of_a_repetition_take_the_slots_that_overlap_them(
    absence: Absence, from_time: time, until_time: time, hours: tuple[tuple[time, time], ...], first: date
) -> None:
    rules = store(hours, zone=KOLKATA)
    last = first + 20 * ONE_DAY
    absence = replace(absence, from_time=from_time, until_time=until_time)
    spans = []
    for day in on_paper(absence, first - ONE_DAY, last + ONE_DAY):
        ends_on = day if until_time > from_time else day + ONE_DAY
        spans.append((datetime.combine(day, from_time, KOLKATA), datetime.combine(ends_on, until_time, KOLKATA)))

    assert left(rules, absence, first, last) == [
        slot
        for slot in store_slots(rules, first_date=first, last_date=last)
        if not any(slot.starts_at < ends and slot.ends_at > begins for begins, ends in spans)
    ]


# --- One stretch ------------------------------------------------------------------------------------


def test_part_of_a_day_takes_each_slot_that_it_overlaps() -> None:
    absence = Absence(MONDAY, MONDAY, time(10, 30), time(15))
    assert starts(store(), absence, MONDAY) == ["Mon 09:00", "Mon 15:00", "Mon 16:00", "Mon 17:00"]


def test_stretch_of_days_begins_and_ends_at_its_times() -> None:
    absence = Absence(MONDAY, WEDNESDAY, time(16), time(10))
    found = starts(store(), absence, MONDAY, WEDNESDAY)
    assert found[:5] == ["Mon 09:00", "Mon 10:00", "Mon 11:00", "Mon 14:00", "Mon 15:00"]
    assert found[5] == "Wed 10:00"


def test_rest_of_a_night_is_away_until_the_bar_closes() -> None:
    absence = Absence(FRIDAY, FRIDAY, from_time=time(23))
    found = starts(store(BAR), absence, FRIDAY, SATURDAY)
    assert found[:5] == ["Fri 00:00", "Fri 01:00", "Fri 20:00", "Fri 21:00", "Fri 22:00"]
    assert found[5] == "Sat 20:00"


@pytest.mark.parametrize("days", [(0, 1, 2, 3, 4, 5, 6), (1,)])
@pytest.mark.parametrize("last_date", [None, MONDAY + ONE_DAY])
def test_until_a_time_of_the_night_is_of_the_day_on_which_the_night_began(
    days: tuple[int, ...], last_date: date | None
) -> None:
    """Whether the bar was open on the evening before or not, once or again and again."""
    tuesday = MONDAY + ONE_DAY
    rules = replace(store(BAR), weekly=tuple(WeeklyInterval(day, time(20), time(2)) for day in days))
    once = Absence(tuesday, tuesday, until_time=time(1))
    absence = once if last_date else replace(once, last_date=None, weekdays=(1,))
    found = starts(rules, absence, tuesday, tuesday + ONE_DAY)
    of_nights_beside = {"Tue 00:00", "Tue 01:00", *(f"Wed {hour}:00" for hour in (20, 21, 22, 23))}
    assert [one for one in found if one not in of_nights_beside] == ["Wed 01:00"]


def test_until_a_time_after_the_night_leaves_the_night_alone() -> None:
    rules = replace(store(BAR), weekly=(WeeklyInterval(1, time(20), time(2)),))
    tuesday = MONDAY + ONE_DAY
    absence = Absence(tuesday, None, until_time=time(3), weekdays=(1,))
    assert starts(rules, absence, tuesday, tuesday + ONE_DAY)[0] == "Tue 20:00"


def test_a_shop_that_somebody_leaves_until_before_it_opens_has_them_all_day() -> None:
    tuesday = MONDAY + ONE_DAY
    absence = Absence(tuesday, None, until_time=time(8), weekdays=(1,))
    assert len(starts(store(), absence, tuesday)) == 7


def test_first_hours_of_a_day_leave_the_night_before_alone() -> None:
    absence = Absence(SATURDAY, SATURDAY, until_time=time(22))
    assert starts(store(BAR), absence, SATURDAY)[:4] == ["Sat 00:00", "Sat 01:00", "Sat 22:00", "Sat 23:00"]


def test_special_hours_say_when_a_working_day_ends() -> None:
    """On Friday the bar closes at four instead of two: the whole Friday goes on until then."""
    rules = replace(store(BAR), special={FRIDAY: ((time(20), time(4)),)})
    assert starts(rules, Absence(FRIDAY, FRIDAY), SATURDAY) == ["Sat 20:00", "Sat 21:00", "Sat 22:00", "Sat 23:00"]


# --- Changes of the clock ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # The clock skips from two to three: half past two is three.
        (date(2026, 3, 29), ["Sun 00:00", "Sun 01:00", "Sun 05:00"]),
        # It shows two o'clock twice: an absence from half past two on begins in the first of the two.
        (date(2026, 10, 25), ["Sun 00:00", "Sun 01:00", "Sun 05:00"]),
    ],
)
def test_absence_over_a_change_of_the_clock(day: date, expected: list[str]) -> None:
    absence = Absence(day, day, time(2, 30), time(5))
    assert starts(store(((time(0), time(6)),)), absence, day) == expected


def test_absence_inside_the_hour_that_the_clock_skips_takes_nothing() -> None:
    day = date(2026, 3, 29)
    rules = store(((time(0), time(6)),))
    absence = Absence(day, None, time(2, 15), time(2, 45), weekdays=(6,))
    assert left(rules, absence, day, day) == store_slots(rules, first_date=day, last_date=day)


# --- Questions about one instant ---------------------------------------------------------------------


def test_until_when_a_desk_is_away() -> None:
    rules = store()
    samir = adviser(Absence(MONDAY, MONDAY, time(10), time(11)), Absence(MONDAY, MONDAY, time(11), time(15)))
    ten, nine = datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 8, tzinfo=UTC)

    assert away_until(rules, samir, ten, ten + timedelta(minutes=15)) == datetime(2026, 11, 23, 14, tzinfo=UTC)
    assert away_until(rules, samir, nine, ten) is None
    assert away_until(rules, samir, nine, ten + timedelta(minutes=1)) == datetime(2026, 11, 23, 14, tzinfo=UTC)


def test_desks_there_are_those_not_away_or_all_where_nobody_is() -> None:
    ada, samir = DeskRule(2, "ada", "Ada Test", 1, 0, ()), adviser(Absence(MONDAY, SUNDAY))
    ten = datetime(2026, 11, 23, 9, tzinfo=UTC)

    assert desks_there(replace(store(), desks=(ada, samir)), ten) == (ada,)
    assert desks_there(replace(store(), desks=(samir,)), ten) == (samir,)


@given(days=st.sets(st.integers(0, 6)))
def test_weekdays_are_stored_in_one_number(days: set[int]) -> None:
    assert weekdays_of(weekdays_mask(days)) == tuple(sorted(days))
