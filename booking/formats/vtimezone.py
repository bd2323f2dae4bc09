"""Clock changes of a time zone, as the yearly rules or single changes of a calendar file (VTIMEZONE). Pure."""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

# Twelve years show every date that "the last Sunday of March" can fall on, so what fits them all is the rule.
YEARS_OF_PROOF = 12
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ALWAYS = datetime(1970, 1, 1)  # noqa: DTZ001 -- a wall clock's time


@dataclass(frozen=True, slots=True)
class YearlyRule:
    """The days on which a clock changes: `weekday` (as `date.weekday()`) within `days` of `month`.

    `nth` counts the weekday from the month's start, or from its end if negative; None if the days are a week that has
    no such count ("the first Sunday after the 1st").
    """

    month: int
    weekday: int
    nth: int | None
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Observance:
    """One offset of a zone, in force from `onset`, which is a time on the clock before it (RFC 5545, 3.6.5)."""

    is_daylight: bool
    name: str
    onset: datetime  # naive
    offset_from: timedelta
    offset_to: timedelta
    rule: YearlyRule | None  # None: from this onset alone


@dataclass(frozen=True, slots=True)
class _Change:
    """One change of a clock; `wall` is the local time that it showed at that instant."""

    at: datetime
    wall: datetime
    offset_from: timedelta
    offset_to: timedelta
    name: str


@lru_cache(maxsize=256)
def observances(zone: ZoneInfo, *, first_year: int, last_year: int) -> tuple[Observance, ...]:
    """Return the offsets of `zone` during these local years, both included.

    They are two yearly rules if the zone follows them, else each single change in and around these years.
    """
    start = datetime(first_year, 1, 1, tzinfo=zone).astimezone(UTC)
    end = datetime(last_year + 1, 1, 1, tzinfo=zone).astimezone(UTC)
    around = _changes(zone, start - timedelta(days=366), end + timedelta(days=366))
    if not around:
        offset = _offset(zone, start)
        return (Observance(False, _name(zone, start), _ALWAYS, offset, offset, None),)
    return _by_rules(zone, first_year) or _one_by_one(zone, around)


def _by_rules(zone: ZoneInfo, first_year: int) -> tuple[Observance, ...] | None:
    """Return the two yearly offsets, or None if the zone follows no rule."""
    year_before = datetime(first_year - 1, 1, 1, tzinfo=zone).astimezone(UTC)
    end = datetime(first_year - 1 + YEARS_OF_PROOF, 1, 1, tzinfo=zone).astimezone(UTC)
    changes = _changes(zone, year_before, end)
    halves = (changes[0::2], changes[1::2])
    found = []
    for half in halves:
        first = half[0] if half else None
        rule = _yearly_rule([change.wall for change in half], since=first_year - 1)
        is_same = len({(change.offset_from, change.offset_to, change.name) for change in half}) == 1
        if first is None or rule is None or not is_same:
            return None
        found.append(_observance(first, rule))
    return tuple(sorted(found, key=lambda observance: observance.is_daylight))


def _yearly_rule(walls: Sequence[datetime], *, since: int) -> YearlyRule | None:
    """Return the rule behind these onsets, one in each of the years since `since`, or None."""
    is_yearly = [wall.year for wall in walls] == list(range(since, since + YEARS_OF_PROOF))
    is_alike = len({(wall.month, wall.weekday(), wall.time()) for wall in walls}) == 1
    if not is_yearly or not is_alike:
        return None
    month, days = walls[0].month, sorted({wall.day for wall in walls})
    if all(wall.day > monthrange(wall.year, month)[1] - 7 for wall in walls):
        nth: int | None = -1
    elif days[-1] - days[0] > 6:
        return None
    else:
        nth = days[0] // 7 + 1 if days[0] % 7 == 1 and days[-1] == days[0] + 6 else None
    return YearlyRule(month, walls[0].weekday(), nth, tuple(range(days[0], days[-1] + 1)))


def _one_by_one(zone: ZoneInfo, changes: Sequence[_Change]) -> tuple[Observance, ...]:
    first = changes[0]
    before = first.at - timedelta(seconds=1)
    always = Observance(False, _name(zone, before), _ALWAYS, first.offset_from, first.offset_from, None)
    return (always, *(_observance(change, None) for change in changes))


def _observance(change: _Change, rule: YearlyRule | None) -> Observance:
    return Observance(
        is_daylight=change.offset_to > change.offset_from,
        name=change.name,
        onset=change.wall,
        offset_from=change.offset_from,
        offset_to=change.offset_to,
        rule=rule,
    )


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> list[_Change]:
    """Return the changes of the zone's offset within [start, end), UTC."""
    found = []
    day = start
    while day < end:
        next_day = min(day + timedelta(days=1), end)
        if _offset(zone, day) != _offset(zone, next_day):
            found.append(_change(zone, day, next_day))
        day = next_day
    return found


def _change(zone: ZoneInfo, start: datetime, end: datetime) -> _Change:
    """Return the one change after `start` and not after `end`, found to the second."""
    before = _offset(zone, start)
    seconds = range(1, int((end - start).total_seconds()) + 1)
    changed = bisect_right(
        seconds, False, key=lambda second: _offset(zone, start + timedelta(seconds=second)) != before
    )
    at = start + timedelta(seconds=seconds[changed])
    return _Change(at, (at + before).replace(tzinfo=None), before, _offset(zone, at), _name(zone, at))


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _name(zone: ZoneInfo, at: datetime) -> str:
    return at.astimezone(zone).tzname() or "UTC"
