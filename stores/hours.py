"""Opening hours as intervals in UTC, from weekly hours, special hours and a zone. All daylight saving is here. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
ONE_SECOND = timedelta(seconds=1)
DAY_MINUTES = 24 * 60

SpecialDays = Mapping[date, Sequence[tuple[time, time]]]


@dataclass(frozen=True, slots=True)
class WeeklyInterval:
    """One opening of a weekday, from `opens` to `closes` in the store's local time.

    `weekday` counts as `date.weekday()` does. If `closes` is not after `opens`, it is on the next day. 00:00-00:00
    means all day.
    """

    weekday: int
    opens: time
    closes: time


class Interval(NamedTuple):
    """Half-open, in UTC."""

    starts_at: datetime
    ends_at: datetime


class WorkDay(NamedTuple):
    """A day as those who work count it, half-open, in UTC; working days follow each other without a gap.

    It begins at its midnight, or where the hours of the evening before end, and ends where the next one begins.
    `opens_at` is its first opening, None where the store is closed all day.
    """

    begins_at: datetime
    opens_at: datetime | None
    ends_at: datetime


def openings(
    weekly: Sequence[WeeklyInterval], special: SpecialDays, *, first_date: date, last_date: date, zone: ZoneInfo
) -> list[Interval]:
    """Return the openings that begin on the days first..last (both included), sorted and without overlaps.

    Slots are laid out from these. Intervals of one day that touch or overlap are joined. Hours past midnight that reach
    into the hours of the next day end when that day opens; the rest of them belongs to that day. So the openings of a
    day depend only on its own hours and those of the day before, never on the range of days in the call.
    """
    found: list[Interval] = []
    # One more day than requested: its first opening ends the hours that reach into it.
    for day, intervals in _days(weekly, special, first_date, last_date + ONE_DAY, zone):
        of_day = joined(intervals)
        if of_day and found and found[-1].ends_at > of_day[0].starts_at:
            before = found.pop()
            opens_at = of_day[0].starts_at
            of_day = joined([*of_day, Interval(opens_at, before.ends_at)])
            if before.starts_at < opens_at:
                found.append(Interval(before.starts_at, opens_at))
        if day <= last_date:
            found += of_day
    return found


def open_intervals(
    weekly: Sequence[WeeklyInterval], special: SpecialDays, *, first_date: date, last_date: date, zone: ZoneInfo
) -> list[Interval]:
    """Return the open times from the hours of the days first..last (both included), sorted and joined.

    `special[date] == ()` means closed. It replaces the weekly hours of that date, but not the end of the evening
    before. Use this to ask whether a store is open; slots are made from `openings`, whose starts do not depend on the
    range.
    """
    days = _days(weekly, special, first_date, last_date, zone)
    return joined(interval for _, intervals in days for interval in intervals)


def joined(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the intervals sorted; intervals that touch or overlap become one."""
    result: list[Interval] = []
    for interval in sorted(intervals):
        if not result or interval.starts_at > result[-1].ends_at:
            result.append(interval)
        elif interval.ends_at > result[-1].ends_at:
            result[-1] = Interval(result[-1].starts_at, interval.ends_at)
    return result


def intersection(a: Sequence[Interval], b: Sequence[Interval]) -> list[Interval]:
    """Return the times in both lists; each list must be sorted and free of overlaps."""
    result: list[Interval] = []
    at_a = at_b = 0
    while at_a < len(a) and at_b < len(b):
        starts_at = max(a[at_a].starts_at, b[at_b].starts_at)
        ends_at = min(a[at_a].ends_at, b[at_b].ends_at)
        if starts_at < ends_at:
            result.append(Interval(starts_at, ends_at))
        if a[at_a].ends_at <= b[at_b].ends_at:
            at_a += 1
        else:
            at_b += 1
    return result


def difference(a: Sequence[Interval], b: Sequence[Interval]) -> list[Interval]:
    """Return the times of the first list that are not in the second; each must be sorted and free of overlaps."""
    left: list[Interval] = []
    for starts_at, ends_at in a:
        begins = starts_at
        for other in b:
            if other.ends_at <= begins or other.starts_at >= ends_at:
                continue
            if other.starts_at > begins:
                left.append(Interval(begins, other.starts_at))
            begins = max(begins, other.ends_at)
        if begins < ends_at:
            left.append(Interval(begins, ends_at))
    return left


def work_days(
    weekly: Sequence[WeeklyInterval], special: SpecialDays, *, first_date: date, last_date: date, zone: ZoneInfo
) -> dict[date, WorkDay]:
    """Return the working days first..last, both included."""
    opened = openings(weekly, special, first_date=first_date - ONE_DAY, last_date=last_date, zone=zone)
    days: dict[date, WorkDay] = {}
    begins_at, first = _turn(opened, first_date, zone)
    for number in range((last_date - first_date).days + 1):
        day = first_date + number * ONE_DAY
        ends_at, end = _turn(opened, day + ONE_DAY, zone)
        days[day] = WorkDay(begins_at, opened[first].starts_at if first < end else None, ends_at)
        begins_at, first = ends_at, end
    return days


def _turn(opened: Sequence[Interval], day: date, zone: ZoneInfo) -> tuple[datetime, int]:
    """Return when a working day begins, and the place of the first opening that begins on it or later."""
    midnight = day_start(day, zone)
    after = bisect_left(opened, (midnight,))
    return (max(midnight, opened[after - 1].ends_at) if after else midnight), after


def week_problem(weekly: Sequence[WeeklyInterval]) -> tuple[int, str] | None:
    """Return the place in the list and the kind ("invalid", "duplicate", "overlap") of the first bad interval."""
    spans: list[tuple[int, int, int]] = []
    for at, one in enumerate(weekly):
        if not 0 <= one.weekday <= 6 or one.opens.tzinfo or one.closes.tzinfo:
            return at, "invalid"
        if one in weekly[:at]:
            return at, "duplicate"
        opens, closes = (moment.hour * 60 + moment.minute for moment in (one.opens, one.closes))
        start = one.weekday * DAY_MINUTES + opens
        spans.append((start, start + (closes - opens if closes > opens else closes - opens + DAY_MINUTES), at))
    spans.sort()
    after_sunday = [(start + 7 * DAY_MINUTES, end, at) for start, end, at in spans[:1]]
    for (_, end, at), (start, _, at_next) in pairwise(spans + after_sunday):
        if start < end and at != at_next:
            return max(at, at_next), "overlap"
    return None


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which a day begins in a zone: not always its midnight, nor 24 h after the last."""
    return instant_of(day, time.min, zone, is_end=False)


def today_start(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which the day of `now` began in a zone."""
    return day_start(now.astimezone(zone).date(), zone)


def _days(
    weekly: Sequence[WeeklyInterval], special: SpecialDays, first_date: date, last_date: date, zone: ZoneInfo
) -> Iterator[tuple[date, Iterable[Interval]]]:
    """Yield each day and its openings."""
    by_weekday: list[list[tuple[time, time]]] = [[] for _ in range(7)]
    for rule in weekly:
        by_weekday[rule.weekday].append((rule.opens, rule.closes))
    day = first_date
    while day <= last_date:
        times = special.get(day)
        yield day, _of_day(day, by_weekday[day.weekday()] if times is None else times, zone)
        day += ONE_DAY


def _of_day(day: date, times: Iterable[tuple[time, time]], zone: ZoneInfo) -> Iterable[Interval]:
    """Yield the openings of a day, without those that lie wholly in the hour that the clock skips."""
    for opens, closes in times:
        starts_at = instant_of(day, opens, zone, is_end=False)
        ends_at = instant_of(day if closes > opens else day + ONE_DAY, closes, zone, is_end=True)
        if starts_at < ends_at:
            yield Interval(starts_at, ends_at)


def instant_of(day: date, at: time, zone: ZoneInfo, *, is_end: bool) -> datetime:
    """Return the instant, in UTC, of a local time that begins or ends something.

    If the clock shows the time twice, a start is the first of the two and an end is the second. A time that the clock
    skips is the instant of the skip.
    """
    first = datetime.combine(day, at, zone)
    second = first.replace(fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    if before == after:
        return first.astimezone(UTC)
    if before > after:  # type: ignore[operator]  # a ZoneInfo always knows its offset of a datetime
        return (second if is_end else first).astimezone(UTC)
    return _change_between(second.astimezone(UTC), first.astimezone(UTC), zone)


def _change_between(earlier: datetime, later: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant, to the second, at which the zone's offset changes, once, between the two given."""
    offset = earlier.astimezone(zone).utcoffset()
    while later - earlier > ONE_SECOND:
        middle = (earlier + (later - earlier) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            earlier = middle
        else:
            later = middle
    return later
