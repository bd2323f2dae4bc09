"""Absences: when whoever serves at a desk is away, or a store is closed, once or again and again. Pure.

Whole days are working days: they go from the day's first opening to the end of its hours, past midnight too, as the
special hours of a store do. A night belongs to the day on which it began.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from stores.hours import ONE_DAY, Interval, SpecialDays, WeeklyInterval, WorkDay, instant_of, joined, work_days

EACH_WEEK, LAST_OF_MONTH = 0, 5


class StoreHours(Protocol):
    """The week of a store, the hours of single dates, and its zone."""

    @property
    def weekly(self) -> Sequence[WeeklyInterval]: ...
    @property
    def special(self) -> SpecialDays: ...
    @property
    def zone(self) -> ZoneInfo: ...


@dataclass(frozen=True, slots=True)
class Absence:
    """When a desk is away, or a store is closed, in the store's wall-clock time.

    Without `weekdays`, it is one stretch: from `from_time` of the first day to `until_time` of the last one. With them,
    it comes again on each of these weekdays (numbered as in `date.weekday()`) from the first day to the last one, which
    may be None: each week, or where `nth` is 1 to 4 on the first to fourth of the month, 5 the last one. A time of None
    is the beginning or the end of the working day. On a day that it begins and ends on, `until_time` may be in the
    night that belongs to this day: after midnight if it is not after `from_time`, or, without that, if this night goes
    on until then and nothing of the day is open before.
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


def times_around(
    absences: Iterable[Absence],
    hours: StoreHours,
    *,
    first_date: date,
    last_date: date,
    except_on: Container[date] = (),
) -> list[Interval]:
    """Return the time that absences take around these of the store's days, by time; one day more on either side counts.

    Those that repeat do not come on the dates of `except_on`.
    """
    first, last = first_date - ONE_DAY, last_date + ONE_DAY
    here = [absence for absence in absences if absence.touches(first, last)]
    if not here:
        return []
    days = work_days(hours.weekly, hours.special, first_date=first, last_date=last, zone=hours.zone)
    found = (one for absence in here for one in _times(absence, days, hours.zone, except_on))
    return joined(one for one in found if one.starts_at < one.ends_at)


def _times(
    absence: Absence, days: Mapping[date, WorkDay], zone: ZoneInfo, except_on: Container[date]
) -> Iterator[Interval]:
    if absence.weekdays:
        yield from (
            _on(absence, day, days[day], zone) for day in days if absence.comes_on(day) and day not in except_on
        )
        return
    last_date = absence.last_date or max(days)
    first, last = max(absence.first_date, min(days)), min(last_date, max(days))
    if first > last:
        return
    if absence.first_date == last_date:
        yield _on(absence, first, days[first], zone)
        return
    from_time = absence.from_time if first == absence.first_date else None
    until_time = absence.until_time if last == absence.last_date else None
    ends_at = days[last].ends_at if until_time is None else instant_of(last, until_time, zone, is_end=True)
    yield Interval(_begin(first, from_time, days[first], zone), ends_at)


def _on(absence: Absence, day: date, own: WorkDay, zone: ZoneInfo) -> Interval:
    """Return the time of an absence on a day that it begins and ends on, or in the night of this day."""
    starts_at, until = _begin(day, absence.from_time, own, zone), absence.until_time
    if until is None:
        return Interval(starts_at, own.ends_at)
    same_day, next_day = (instant_of(one, until, zone, is_end=True) for one in (day, day + ONE_DAY))
    if absence.from_time is not None:
        return Interval(starts_at, same_day if until > absence.from_time else next_day)
    if same_day <= own.begins_at:
        return Interval(starts_at, min(next_day, own.ends_at))
    is_in_night = own.opens_at is not None and same_day <= own.opens_at and next_day <= own.ends_at
    return Interval(starts_at, next_day if is_in_night else same_day)


def _begin(day: date, at: time | None, own: WorkDay, zone: ZoneInfo) -> datetime:
    return own.begins_at if at is None else instant_of(day, at, zone, is_end=False)
