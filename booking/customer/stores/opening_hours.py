"""Opening hours in words: the week, the coming special days and closings, and whether the store is open now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from booking import formatting
from booking.formats.absence_wording import absence_in_words
from stores.closings import ClosingHours, store_open_time
from stores.hours import ONE_DAY
from stores.queries import StoreDetail

SPECIAL_DAYS_SHOWN = timedelta(days=62)
DAYS_LOOKED_AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class DayHours:
    """The opening hours of a day, in words; no times means closed."""

    name: str
    times: tuple[str, ...]
    is_today: bool = False


@dataclass(frozen=True, slots=True)
class OpenNow:
    is_open: bool
    words: str


def week(store: StoreDetail, *, now: datetime) -> list[DayHours]:
    """Return the seven weekdays, Monday first, without special hours."""
    today = now.astimezone(ZoneInfo(store.time_zone)).weekday()
    return [
        DayHours(
            name=str(WEEKDAYS[weekday]),
            times=_in_words([(one.opens, one.closes) for one in store.weekly if one.weekday == weekday]),
            is_today=weekday == today,
        )
        for weekday in range(7)
    ]


def days_alike(store: StoreDetail, *, now: datetime) -> list[DayHours]:
    """Return the week with each run of days that have the same hours as one: "Monday – Friday"."""
    runs = [list(days) for _times, days in groupby(week(store, now=now), key=attrgetter("times"))]
    return [
        DayHours(
            name=days[0].name
            if len(days) == 1
            else _("{first} – {last}").format(first=days[0].name, last=days[-1].name),
            times=days[0].times,
            is_today=any(day.is_today for day in days),
        )
        for days in runs
    ]


def special_days(store: StoreDetail, *, now: datetime) -> list[DayHours]:
    """Return the days of the next two months that have special hours."""
    today = now.astimezone(ZoneInfo(store.time_zone)).date()
    return [
        DayHours(name=formatting.day_in_words(day), times=_in_words(times), is_today=day == today)
        for day, times in sorted(store.special.items())
        if today <= day <= today + SPECIAL_DAYS_SHOWN
    ]


def closings(store: StoreDetail, *, now: datetime) -> list[str]:
    """Return when the store is closed again and again, in words, as far as that begins in the next two months."""
    today = now.astimezone(store.zone).date()
    here = (one for one in store.closings if one.touches(today, today + SPECIAL_DAYS_SHOWN))
    return [absence_in_words(one, today=today) for one in sorted(here, key=attrgetter("first_date", "id"))]


def open_now(store: ClosingHours, *, now: datetime) -> OpenNow | None:
    """Return whether the store is open, with the time until or from which; None where it stays closed for two weeks."""
    zone = store.zone
    today = now.astimezone(zone).date()
    for interval in store_open_time(store, first_date=today - ONE_DAY, last_date=today + DAYS_LOOKED_AHEAD):
        if interval.starts_at <= now < interval.ends_at:
            return OpenNow(True, _until(interval.ends_at, today, zone))
        if interval.starts_at > now:
            return OpenNow(False, _from(interval.starts_at, today, zone))
    return None


def _until(ends_at: datetime, today: date, zone: ZoneInfo) -> str:
    if ends_at.astimezone(zone).date() - today > timedelta(days=1):
        return _("Open now")
    return _("Open until {time}").format(time=formatting.time_in_words(ends_at, zone))


def _from(starts_at: datetime, today: date, zone: ZoneInfo) -> str:
    days, at = (starts_at.astimezone(zone).date() - today).days, formatting.time_in_words(starts_at, zone)
    if days == 0:
        return _("Closed, opens at {time}").format(time=at)
    if days == 1:
        return _("Closed, opens tomorrow at {time}").format(time=at)
    return _("Closed, opens {moment}").format(moment=formatting.moment_in_words(starts_at, zone))


def _in_words(times: Sequence[tuple[time, time]]) -> tuple[str, ...]:
    return tuple(_interval(opens, closes) for opens, closes in sorted(times))


def _interval(opens: time, closes: time) -> str:
    if opens == closes == time.min:
        return _("All day")
    return _("{opens} to {closes}").format(opens=_clock(opens), closes=_clock(closes))


def _clock(at: time) -> str:
    """Return a wall-clock time in words; its date is ignored."""
    return formatting.time_in_words(datetime.combine(date(2000, 1, 1), at, UTC), ZoneInfo("UTC"))
