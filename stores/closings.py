"""Closings of a store: it is closed again and again, whatever its week says. Pure.

They come again as absences of desks do (`stores.absences`), but not on a date with special hours: what is set for one
date holds on it. Slots keep their grid; one that a closing overlaps by a minute is gone.
"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from stores.absences import Absence, StoreHours, times_around
from stores.hours import ONE_DAY, Interval, difference, open_intervals, openings


class ClosingHours(StoreHours, Protocol):
    """The hours of a store, and when it is closed again and again."""

    @property
    def closings(self) -> Sequence[Absence]: ...


def closed_times(hours: ClosingHours, *, first_date: date, last_date: date) -> list[Interval]:
    """Return the time that closings take around these of the store's days, by time."""
    if not hours.closings:
        return []
    return times_around(
        hours.closings, hours, first_date=first_date, last_date=last_date, except_on=hours.special.keys()
    )


def openings_by_day(hours: ClosingHours, *, first_date: date, last_date: date) -> dict[date, list[Interval]]:
    """Return what is open of the hours of each of these days, where any is; a night stays with the day it began on.

    So it does where a closing leaves only what is past midnight of it.
    """
    days: dict[date, list[Interval]] = {}
    opened = openings(
        hours.weekly, hours.special, first_date=first_date - ONE_DAY, last_date=last_date, zone=hours.zone
    )
    for one in opened:
        days.setdefault(one.starts_at.astimezone(hours.zone).date(), []).append(one)
    closed = closed_times(hours, first_date=first_date, last_date=last_date)
    left = {day: difference(own, closed) for day, own in days.items() if first_date <= day <= last_date}
    return {day: own for day, own in left.items() if own}


def store_open_time(hours: ClosingHours, *, first_date: date, last_date: date) -> list[Interval]:
    """Return what `stores.hours.open_intervals` does, without the closings."""
    days = {"first_date": first_date, "last_date": last_date}
    opened = open_intervals(hours.weekly, hours.special, **days, zone=hours.zone)
    return difference(opened, closed_times(hours, **days)) if hours.closings else opened
