"""Our reading of opening hours, held against another reader's: opening-hours-py, which follows OpenStreetMap's grammar.

Where both accept a text, they agree, or the difference stands in OURS_IS_MEANT or in `why_they_differ`, with its
reason.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined] # its stubs lack the error

from stores.osm.opening_hours import read_hours

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONDAY = datetime(2026, 6, 8)  # no public holiday near, as far as the library is told of none
DAY, WEEK = 24 * 60, 7 * 24 * 60
DEMO = Path(__file__).parents[3] / "data" / "niort-pharmacies.geojson"
WRITTEN = Path(__file__).with_name("hours_written.txt")

# Real texts that both read, and not alike: ours is what was meant.
OURS_IS_MEANT = {
    "Mo-Fr 12:00-15:00; Mo-Sa 20:00-23:00": "disjoint times after `;` both hold",
    "Mo-Fr 08:30-12:00; We 13:30-16:00": "disjoint times after `;` both hold",
    "Mo-Fr 18:00-02:00; Sa 20:00-04:00": "Friday's evening lasts until 2, whatever Saturday says",
    "Mo-Th 12:00-24:00; Fr-Sa 11:00-25:00; Su 11:00-24:00": "Saturday's evening lasts until 1, whatever Sunday says",
}


def ours(text: str) -> frozenset[int] | None:
    """Return the minutes of the week at which it is open, None where the text is not read."""
    read = read_hours(text)
    if not read.weekly:
        return None
    minutes: set[int] = set()
    for one in read.weekly:
        opens, closes = (at.hour * 60 + at.minute for at in (one.opens, one.closes))
        start = one.weekday * DAY + opens
        minutes.update(at % WEEK for at in range(start, start + ((closes - opens) % DAY or DAY)))
    return frozenset(minutes)


def theirs(text: str) -> frozenset[int] | None:
    """Return the same by the library; None where it refuses, or where it does not know."""
    try:
        intervals = OpeningHours(text).intervals(MONDAY - timedelta(days=7), MONDAY + timedelta(days=7))
        states = [(start, end, state) for start, end, state, _comment in intervals]
    except ParserError:
        return None
    minutes: set[int] = set()
    for start, end, state in states:
        if state == State.UNKNOWN:
            return None
        if state == State.OPEN:
            first, last = (int((at - MONDAY).total_seconds() // 60) for at in (start, end))
            minutes.update(range(max(first, 0), min(last, WEEK)))
    return frozenset(minutes)


def texts() -> list[str]:
    """Return the real texts: those collected here, and those of the demo's shops."""
    lines = WRITTEN.read_text(encoding="utf-8").splitlines()
    shops = json.loads(DEMO.read_text(encoding="utf-8"))["features"]
    demo = {shop["properties"]["opening_hours"] for shop in shops if "opening_hours" in shop["properties"]}
    return [line for line in lines if not line.startswith("#")] + sorted(demo - set(lines))


@pytest.mark.parametrize("text", texts())
def test_real_hours_that_both_read_are_read_alike_or_ours_is_meant(text: str) -> None:
    mine, library = ours(text), theirs(text)
    if mine is not None and library is not None:
        assert (mine == library) is (text not in OURS_IS_MEANT)


def test_what_ours_alone_is_right_about_is_read_by_both() -> None:
    assert set(OURS_IS_MEANT) <= {text for text in texts() if ours(text) and theirs(text)}


def test_real_hours_that_can_mean_two_things_are_not_read() -> None:
    _clear, _mark, unclear = WRITTEN.read_text(encoding="utf-8").partition("# Those that can mean two things")
    read = {text: ours(text) is not None for text in texts()}
    assert [text for text, is_read in read.items() if is_read is (text in unclear.splitlines())] == []


# --- Whatever is written ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """One rule as it is generated: `sign` stands before it, no times say "off"."""

    sign: str
    days: tuple[int, ...]
    times: tuple[tuple[int, int], ...]

    def __str__(self) -> str:
        return f"{','.join(DAYS[day] for day in self.days)} {in_words(self.times)}"

    def meets(self, times: Sequence[tuple[int, int]]) -> bool:
        return any(a < d and c < b for a, b in self.times for c, d in times)


def in_words(times: Sequence[tuple[int, int]]) -> str:
    return ",".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in times) or "off"


@st.composite
def times_of_a_day(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """One or two intervals with a break between them, on quarters of an hour; the last may pass midnight."""
    edges = sorted(draw(st.sets(st.integers(0, 28 * 4), min_size=2, max_size=4).filter(lambda s: len(s) % 2 == 0)))
    pairs = [(opens * 15, closes * 15) for opens, closes in zip(edges[::2], edges[1::2], strict=True)]
    return tuple((opens, closes) for opens, closes in pairs if opens < DAY and closes - opens <= 18 * 60)


rules = st.builds(
    Said,
    sign=st.sampled_from(["; ", ", "]),
    days=st.sets(st.integers(0, 6), min_size=1, max_size=4).map(lambda days: tuple(sorted(days))),
    times=times_of_a_day(),
)


def as_contracted(said: Sequence[Said]) -> list[tuple[tuple[int, int], ...]]:
    """Return the times of each weekday by the rule we promise: overlapping times replace, disjoint ones add."""
    week = []
    for day in range(7):
        held: list[tuple[tuple[int, int], ...]] = []
        for rule in said:
            if day in rule.days:
                held = [times for times in held if rule.times and not rule.meets(times)] + [rule.times]
        week.append(tuple(sorted(one for times in held for one in times)))
    return week


def why_they_differ(said: Sequence[Said]) -> set[str]:
    """Return what the library does otherwise on purpose, for rules that name a day again or pass midnight."""
    found = set()
    for at, rule in enumerate(said):
        before = [other for other in said[:at] if set(other.days) & set(rule.days)]
        if rule.sign == "; " and any(not rule.meets(other.times) for other in before):
            found.add("after `;` it forgets disjoint times of the same day, which people mean to hold")
        if rule.sign == ", " and any(rule.meets(other.times) or not rule.times or not other.times for other in before):
            found.add("after `,` it keeps both of two overlapping times, where the later is meant")
        if rule.sign == "; " and any(b > DAY for other in said for _, b in other.times):
            found.add("after `;` it cuts off the evening before at midnight, though its guests may stay")
    return found


@given(st.lists(rules, min_size=1, max_size=4))
@example([Said("; ", (0,), ((540, 720),)), Said("; ", (0,), ((840, 1080),))])
@example([Said("; ", (4,), ((1200, 1560),)), Said("; ", (5,), ((1200, 1560),))])
@example([Said("; ", (5,), ((540, 1140),)), Said("; ", (5,), ((540, 720),))])
def test_generated_hours_are_read_alike_or_for_a_reason_that_is_known(said: list[Said]) -> None:
    text = str(said[0]) + "".join(f"{rule.sign}{rule}" for rule in said[1:])
    week = as_contracted(said)
    by_day = [f"{name} {in_words(times)}" for name, times in zip(DAYS, week, strict=True) if times]

    # Written day by day, joined by the sign after which the library keeps an evening whole, both mean the same.
    assert ours(text) == (theirs(", ".join(by_day)) if by_day else None)
    if not why_they_differ(said):
        assert (ours(text) or frozenset()) == theirs(text)
