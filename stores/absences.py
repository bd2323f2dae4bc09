"""Absences of a desk: when whoever serves there is away, once or again and again. Pure.

Whole days are working days: they go from the day's first opening to the end of its hours, past midnight too, as the
special hours of a store do.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from stores.hours import ONE_DAY, Interval, instant_of, joined

EACH_WEEK, LAST_OF_MONTH = 0, 5
Turns = Mapping[date, datetime]
"""When each day begins for those who work: at its midnight, or where the hours of the evening before end."""


@dataclass(frozen=True, slots=True)
class Absence:
    """When a desk is away, in the store's wall-clock time.

    Without `weekdays`, it is one stretch: from `from_time` of the first day to `until_time` of the last one. With them,
    it comes again on each of these weekdays (numbered as in `date.weekday()`) from the first day to the last one, which
    may be None: each week, or where `nth` is 1 to 4 on the first to fourth of the month, 5 the last one. Then
    `until_time` is on the day after if it is not after `from_time`. A time of None is the beginning or the end of the
    working day.
    """

    first_date: date
    last_date: date | None
    from_time: time | None = None
    until_time: time | None = None
    weekdays: tuple[int, ...] = ()
    nth: int = EACH_WEEK
    id: int = 0

    def comes_on(self, day: date) -> bool:
        """Tell whether a repeating absence begins on a day."""
        if day < self.first_date or (self.last_date is not None and day > self.last_date):
            return False
        return day.weekday() in self.weekdays and self._is_nth(day)

    def _is_nth(self, day: date) -> bool:
        if self.nth == EACH_WEEK:
            return True
        if self.nth == LAST_OF_MONTH:
            return (day + 7 * ONE_DAY).month != day.month
        return (day.day - 1) // 7 + 1 == self.nth

    def touches(self, first_date: date, last_date: date) -> bool:
        """Tell whether it may take time of these days, both included."""
        is_begun = self.first_date <= last_date
        return is_begun and (self.last_date is None or self.last_date + ONE_DAY >= first_date)


def weekdays_of(mask: int) -> tuple[int, ...]:
    """Return the weekdays of the number in which they are stored: 1 for Monday, 2 for Tuesday, 4 … added up."""
    return tuple(weekday for weekday in range(7) if mask >> weekday & 1)


def weekdays_mask(weekdays: Iterable[int]) -> int:
    """Return the number in which weekdays are stored."""
    return sum(1 << weekday for weekday in set(weekdays))


def away_times(absences: Iterable[Absence], turns: Turns, zone: ZoneInfo) -> list[Interval]:
    """Return the time that absences take of the days of `turns`, sorted and joined.

    `turns` are of consecutive days, and of the day after the last one, which is only their end.
    """
    days = sorted(turns)[:-1]
    return joined(one for absence in absences for one in _times(absence, days, turns, zone))


def _times(absence: Absence, days: list[date], turns: Turns, zone: ZoneInfo) -> Iterator[Interval]:
    if absence.weekdays:
        found = (_on(absence, day, turns, zone) for day in days if absence.comes_on(day))
        yield from (one for one in found if one.starts_at < one.ends_at)
        return
    last_date = absence.last_date or days[-1]
    first, last = max(absence.first_date, days[0]), min(last_date, days[-1])
    if first > last:
        return
    from_time = absence.from_time if first == absence.first_date else None
    until_time = absence.until_time if last == absence.last_date else None
    starts_at = _begin(first, from_time, turns, zone)
    ends_at = turns[last + ONE_DAY] if until_time is None else instant_of(last, until_time, zone, is_end=True)
    if starts_at < ends_at:
        yield Interval(starts_at, ends_at)


def _on(absence: Absence, day: date, turns: Turns, zone: ZoneInfo) -> Interval:
    """Return the time of a repeating absence that begins on a day."""
    starts_at, until = _begin(day, absence.from_time, turns, zone), absence.until_time
    if until is None:
        return Interval(starts_at, turns[day + ONE_DAY])
    same_day = instant_of(day, until, zone, is_end=True)
    is_same_day = same_day > starts_at if absence.from_time is None else until > absence.from_time
    ends_at = same_day if is_same_day else instant_of(day + ONE_DAY, until, zone, is_end=True)
    return Interval(starts_at, ends_at)


def _begin(day: date, at: time | None, turns: Turns, zone: ZoneInfo) -> datetime:
    return turns[day] if at is None else instant_of(day, at, zone, is_end=False)
