"""Opening hours of OpenStreetMap, read as their authors mean them, or refused. Pure.

Differences from the grammar of OpenStreetMap, because people mean it this way:
- If two rules name the same day and their times overlap, the later rule replaces the earlier one for that day. If their
  times are disjoint, both hold. This is the same after `,` and after `;`. `12:00-14:00 off` removes those hours.
- `Mo-Fr 09:00-12:00; 14:00-18:00`: times without a day belong to the days before them.
- `Su 00:00-00:00` means closed (a form left at its zeros); the whole day is `00:00-24:00`.
- Public holidays (`PH`) are ignored, because their dates are not known here.
Hours that depend on more than the weekday (months, dates, school holidays, the sun) are not readable. Neither are
ambiguous hours: `9:00-5:00`, `Ma-Fr` (two languages), `Mo-Fr 24/7 10:00-19:00`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from stores.hours import WeeklyInterval
from stores.osm.clock_times import DAY, Span, unclear
from stores.osm.hours_parts import Reader
from stores.osm.hours_rules import ALL_DAYS, Rule, rules_of
from stores.osm.hours_text import LONGEST, NotReadable, plain

Times = tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class HoursRead:
    """A week's hours, or the reason why they could not be read (`weekly` is then empty).

    `leaves_out_holidays`: the text mentions public holidays, which are not stored.
    """

    weekly: tuple[WeeklyInterval, ...]
    why_not: str = ""
    leaves_out_holidays: bool = False


@dataclass(frozen=True, slots=True)
class DayRead:
    """One day's intervals in the order of the text, or the reason why they could not be read.

    `nights` are the intervals until the next day that somebody has to confirm: 9:00-5:00, 11:00-2:00.
    """

    times: Times
    why_not: str = ""
    nights: Times = ()


def read_hours(text: str, *, country: str = "") -> HoursRead:
    """Return the week's hours in a text; `country` decides between languages. Never raises."""
    try:
        if len(text) > LONGEST:
            raise NotReadable("too long to be opening hours")
        if not text.strip():
            raise NotReadable("empty")
        reader = Reader(plain(text), country)
        rules = rules_of(reader.atoms())
        if doubtful := [*reader.nights, *reader.early]:
            raise unclear(doubtful[0].text)
        weekly = _week(rules)
    except NotReadable as reason:
        return HoursRead((), str(reason))
    on_holidays = any(rule.on_holidays for rule in rules)
    return HoursRead(weekly, leaves_out_holidays=on_holidays) if weekly else HoursRead((), "no day is open")


def read_day(line: str) -> DayRead:
    """Return the hours of one day in a line without days; a bare number may be any hour. Never raises."""
    try:
        reader = Reader(plain(line[:LONGEST]), "", may_be_bare=True)
        atoms = reader.atoms()
        if any(atom.kind == "days" and atom.days != ALL_DAYS for atom in atoms):
            raise NotReadable("it names days")
        spans = [one for atom in atoms for one in atom.spans]
        if bool(spans) == any(atom.kind == "off" for atom in atoms):
            raise NotReadable("no times in it")
        if same := [one for one in spans if one.is_zero]:
            raise unclear(same[0].text)
    except NotReadable as reason:
        return DayRead((), str(reason))
    return DayRead(_times(spans), nights=_times(reader.nights))


def _times(spans: Sequence[Span]) -> Times:
    return tuple(_on_the_wall(one.opens, one.closes) for one in spans)


# --- Rules to a week --------------------------------------------------------------------------------


def _week(rules: Sequence[Rule]) -> tuple[WeeklyInterval, ...]:
    """Return the hours of each weekday after all rules have been applied in order."""
    week: list[list[list[Span]]] = [[] for _ in ALL_DAYS]  # for each day, the times that remain of each rule
    days: Sequence[int] = ALL_DAYS
    for rule in rules:
        if rule.on_holidays and not rule.days:
            continue
        days = (days if rule.goes_on else ALL_DAYS) if not rule.days else rule.days
        for day in set(days):
            week[day] = _after(week[day], rule)
    return tuple(
        WeeklyInterval(day, *_on_the_wall(opens, closes))
        for day in ALL_DAYS
        for opens, closes in _merged([(one.opens, one.closes) for spans in week[day] for one in spans])
    )


def _after(held: list[list[Span]], rule: Rule) -> list[list[Span]]:
    """Return the times of a day, by rule, after applying one more rule."""
    times = [one for one in rule.spans if not one.is_zero]
    if rule.is_off and times:
        return [_without(spans, times[0]) for spans in held]
    if not times:
        return []
    if rule.goes_on and held:
        return [*held[:-1], held[-1] + times]
    kept = [spans for spans in held if not any(one.meets(other) for one in times for other in spans)]
    return [*kept, times]


def _without(spans: Sequence[Span], gap: Span) -> list[Span]:
    parts = [
        part
        for one in spans
        for part in (
            Span(one.opens, min(one.closes, gap.opens), one.text),
            Span(max(one.opens, gap.closes), one.closes, one.text),
        )
    ]
    return [one for one in parts if one.opens < one.closes]


def _merged(times: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the times sorted and joined where they touch or overlap; none is longer than a day."""
    merged: list[tuple[int, int]] = []
    for opens, closes in sorted(times):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], min(max(merged[-1][1], closes), merged[-1][0] + DAY))
        else:
            merged.append((opens, closes))
    return merged


def _on_the_wall(opens: int, closes: int) -> tuple[time, time]:
    return _wall_time(opens), _wall_time(closes)


def _wall_time(minutes: int) -> time:
    return time(minutes % DAY // 60, minutes % 60)
