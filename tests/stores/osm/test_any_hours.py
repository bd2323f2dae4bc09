"""Whatever is written: reading never fails, and what was written comes back."""

from datetime import time

from hypothesis import given
from hypothesis import strategies as st

from stores.hours import WeeklyInterval, week_problem
from stores.osm.hours_text import LONGEST
from stores.osm.opening_hours import HoursRead, read_hours
from tests.stores.osm.weeks import DAYS

bits = st.sampled_from(
    [*DAYS, *"-,;/:. \"'[]()+|&", "09:00", "12:30", "24:00", "-", "off", "PH", "24/7", "lundi", "di", "mar", "9h", "am"]
)


@given(st.text(max_size=LONGEST + 10) | st.lists(bits, max_size=20).map(" ".join) | st.lists(bits).map("".join))
def test_reading_never_raises_and_gives_a_week_or_a_reason(text: str) -> None:
    read = read_hours(text)
    assert bool(read.weekly) != bool(read.why_not)
    assert list(read.weekly) == sorted(read.weekly, key=lambda one: (one.weekday, one.opens))
    by_day = [[one for one in read.weekly if one.weekday == day] for day in range(7)]
    assert [week_problem(of_day) for of_day in by_day] == [None] * 7


@st.composite
def hours_of_a_day(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Some intervals, in minutes, with a break between any two; the last may reach past midnight."""
    edges = sorted(draw(st.sets(st.integers(0, 24 * 60 - 1), min_size=0, max_size=6).filter(lambda s: len(s) % 2 == 0)))
    return list(zip(edges[::2], edges[1::2], strict=True))


@given(
    days=st.lists(hours_of_a_day(), min_size=7, max_size=7).filter(any),
    between_rules=st.sampled_from(["; ", ", ", ",", " "]),
    between_times=st.sampled_from([" ", ",", ", ", " / ", "/", " & ", " et "]),
    dash=st.sampled_from(["-", " - ", "–"]),
)
def test_written_hours_come_back(
    days: list[list[tuple[int, int]]], between_rules: str, between_times: str, dash: str
) -> None:
    def clock(minutes: int) -> str:
        return f"{minutes // 60:02}:{minutes % 60:02}"

    rules = [
        f"{name} " + between_times.join(f"{clock(opens)}{dash}{clock(closes)}" for opens, closes in times)
        for name, times in zip(DAYS, days, strict=True)
        if times
    ]
    expected = tuple(
        WeeklyInterval(weekday, time(opens // 60, opens % 60), time(closes // 60, closes % 60))
        for weekday, times in enumerate(days)
        for opens, closes in times
    )
    assert read_hours(between_rules.join(rules)) == HoursRead(expected)
