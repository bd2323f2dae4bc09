"""Closings of a store that come again: which slots are gone, against days and times on paper, also past midnight."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.absences import Absence
from stores.closings import openings_by_day, store_open_time
from stores.hours import ONE_DAY, WeeklyInterval
from stores.slots import DeskRule, SlotTime, StoreRules, VisitTypeRule, desk_slots, store_slots

PARIS, KOLKATA = ZoneInfo("Europe/Paris"), ZoneInfo("Asia/Kolkata")  # the second never changes its clocks
MONDAY = date(2026, 11, 23)
TUESDAY, WEDNESDAY, FRIDAY, SATURDAY = (MONDAY + number * ONE_DAY for number in (1, 2, 4, 5))
SHOP, BAR = ((time(9), time(12)), (time(14), time(18))), ((time(20), time(2)),)
Hours = tuple[tuple[time, time], ...]


def store(
    hours: Hours = SHOP,
    *closings: Absence,
    days: tuple[int, ...] = tuple(range(7)),
    special: Mapping[date, Hours] | None = None,
    zone: ZoneInfo = PARIS,
) -> StoreRules:
    return StoreRules(
        id=1, slug="corner-shop", name="Corner Shop", country="FR", zone=zone, slot_minutes=60,
        counts_people=True, minimum_notice_minutes=60, booking_horizon_days=28, change_until_minutes=120,
        open_bookings_per_customer=2, keep_days=90, hours_version=1, offers_desk_choice=False,
        weekly=tuple(WeeklyInterval(day, opens, closes) for day in days for opens, closes in hours),
        special=special or {}, desks=(DeskRule(1, "samir", "Samir Test", 1, 0, ()),),
        visit_types=(VisitTypeRule(1, "visit", "Visit", 1, 2, ""),), closings=closings,
    )  # fmt: skip


def again(
    *weekdays: int,
    nth: int = 0,
    from_time: time | None = None,
    until_time: time | None = None,
    last: date | None = None,
) -> Absence:
    return Absence(MONDAY - 70 * ONE_DAY, last, from_time, until_time, weekdays, nth)


def starts(rules: StoreRules, first: date, last: date | None = None) -> list[str]:
    found = store_slots(rules, first_date=first, last_date=last or first)
    assert desk_slots(rules, rules.desks[0], first_date=first, last_date=last or first) == found
    return [f"{slot.starts_at.astimezone(rules.zone):%a %H:%M}" for slot in found]


def test_each_wednesday_afternoon_is_closed_and_no_other() -> None:
    rules = store(SHOP, again(2, from_time=time(14)))
    assert starts(rules, WEDNESDAY) == ["Wed 09:00", "Wed 10:00", "Wed 11:00"]
    assert len(starts(rules, TUESDAY)) == len(starts(rules, MONDAY)) == 7


def test_first_monday_of_the_month_is_closed_until_the_last_day() -> None:
    rules = store(SHOP, again(0, nth=1, last=date(2026, 12, 31)))
    closed = [day for day in (MONDAY + number * ONE_DAY for number in range(60)) if not starts(rules, day)]
    assert closed == [date(2026, 12, 7)]


def test_slot_that_a_closing_overlaps_is_gone_and_the_others_keep_their_times() -> None:
    rules = store(SHOP, again(1, from_time=time(10, 30), until_time=time(14, 1)))
    assert starts(rules, TUESDAY) == ["Tue 09:00", "Tue 15:00", "Tue 16:00", "Tue 17:00"]


def test_special_hours_of_a_date_hold_over_what_comes_again() -> None:
    rules = store(SHOP, again(2), special={WEDNESDAY: ((time(16), time(18)),)})
    assert starts(rules, WEDNESDAY) == ["Wed 16:00", "Wed 17:00"]
    assert starts(rules, WEDNESDAY + 7 * ONE_DAY) == []


def test_a_closed_night_is_closed_past_midnight_and_the_night_before_is_not() -> None:
    rules = store(BAR, again(4))
    night = ["20:00", "21:00", "22:00", "23:00"]
    assert starts(rules, FRIDAY) == ["Fri 00:00", "Fri 01:00"]
    assert starts(rules, SATURDAY) == [f"Sat {hour}" for hour in night]


@pytest.mark.parametrize(
    ("closing", "left"),
    [
        (again(4, from_time=time(23)), ["Fri 20:00", "Fri 21:00", "Fri 22:00"]),
        (again(4, from_time=time(23), until_time=time(1)), ["Fri 20:00", "Fri 21:00", "Fri 22:00", "Sat 01:00"]),
        (again(4, until_time=time(22)), ["Fri 22:00", "Fri 23:00", "Sat 00:00", "Sat 01:00"]),
        (again(4, until_time=time(1)), ["Sat 01:00"]),
        (again(4, until_time=time(2)), []),
        (again(5, from_time=time(0), until_time=time(1)),
         ["Fri 20:00", "Fri 21:00", "Fri 22:00", "Fri 23:00", "Sat 01:00"]),
    ],
)  # fmt: skip
def test_times_of_a_night_are_of_the_day_on_which_it_began(closing: Absence, left: list[str]) -> None:
    """Whether the bar was open on the evening before or not."""
    for days in (range(7), (4,)):
        found = starts(store(BAR, closing, days=tuple(days)), FRIDAY, SATURDAY)
        assert [one for one in found if one not in ("Fri 00:00", "Fri 01:00") and one < "Sat 20:00"] == left


def test_a_closing_until_a_time_after_the_night_leaves_the_night_alone() -> None:
    rules = store(BAR, again(4, until_time=time(3)), days=(4,))
    assert starts(rules, FRIDAY, SATURDAY)[0] == "Fri 20:00"


def test_a_shop_that_is_closed_until_before_it_opens_stays_open() -> None:
    assert len(starts(store(SHOP, again(1, until_time=time(8))), TUESDAY)) == 7


@pytest.mark.parametrize(
    ("day", "left"),
    [
        (date(2026, 3, 29), ["Sun 00:00", "Sun 01:00", "Sun 05:00"]),  # the clock skips from two to three
        (date(2026, 10, 25), ["Sun 00:00", "Sun 01:00", "Sun 05:00"]),  # it shows two o'clock twice
    ],
)
def test_closing_over_a_change_of_the_clock(day: date, left: list[str]) -> None:
    closing = Absence(day - 70 * ONE_DAY, None, time(2, 30), time(5), weekdays=(6,))
    assert starts(store(((time(0), time(6)),), closing), day) == left


def test_open_time_ends_where_the_closing_begins() -> None:
    rules = store(SHOP, again(2, from_time=time(10, 30), until_time=time(15)))
    nine, half_past_ten, three, six = (
        datetime.combine(WEDNESDAY, at, PARIS).astimezone(UTC) for at in (time(9), time(10, 30), time(15), time(18))
    )
    days = {"first_date": WEDNESDAY, "last_date": WEDNESDAY}
    assert store_open_time(rules, **days) == [(nine, half_past_ten), (three, six)]
    assert openings_by_day(rules, **days) == {WEDNESDAY: [(nine, half_past_ten), (three, six)]}


@pytest.mark.parametrize("until", [time(0), time(0, 30)])
def test_what_a_closing_leaves_past_midnight_stays_with_the_day_of_the_night(until: time) -> None:
    rules = store(BAR, again(1, from_time=time(20), until_time=until))
    begins, ends, evening = (
        datetime.combine(WEDNESDAY, clock, PARIS).astimezone(UTC) for clock in (until, time(2), time(20))
    )
    past = datetime.combine(WEDNESDAY + ONE_DAY, time(2), PARIS).astimezone(UTC)

    assert openings_by_day(rules, first_date=TUESDAY, last_date=WEDNESDAY) == {
        TUESDAY: [(begins, ends)],
        WEDNESDAY: [(evening, past)],
    }


DAYS = st.integers(0, 90).map(lambda number: MONDAY + number * ONE_DAY)
TIMES = st.none() | st.integers(0, 47).map(lambda halves: time(halves // 2, halves % 2 * 30))


def on_paper(day: date, closing: Absence) -> bool:
    nth = {1: day.day <= 7, 2: 8 <= day.day <= 14, 5: (day + 7 * ONE_DAY).month != day.month}
    return day.weekday() in closing.weekdays and day >= closing.first_date and nth.get(closing.nth, True)


@given(
    first_date=DAYS,
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    nth=st.sampled_from([0, 1, 2, 5]),
    times=st.tuples(TIMES, TIMES),
    special=st.dictionaries(DAYS, st.sampled_from([(), ((time(10), time(16)),)]), max_size=5),
    day=DAYS,
)
def test_slots_left_are_those_that_no_closing_of_their_day_overlaps(
    first_date: date, weekdays: set[int], nth: int, times: tuple[time | None, time | None], special: dict, day: date
) -> None:
    """A shop within the day, told by its clock alone."""
    closing = Absence(first_date, None, *times, tuple(sorted(weekdays)), nth)
    begins, ends = times
    if begins is not None and ends is not None and ends <= begins:
        return  # past midnight, when this shop is shut
    rules = store(SHOP, closing, special=special, zone=KOLKATA)

    def is_closed(slot: SlotTime) -> bool:
        opens, closes = (moment.astimezone(KOLKATA).time() for moment in slot)
        is_day = on_paper(day, closing) and day not in special
        return is_day and (begins is None or closes > begins) and (ends is None or ends == time.min or opens < ends)

    without = replace(rules, closings=())
    all_slots = store_slots(without, first_date=day, last_date=day)
    assert store_slots(rules, first_date=day, last_date=day) == [slot for slot in all_slots if not is_closed(slot)]
