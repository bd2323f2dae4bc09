"""Closings of a store: it is closed again and again, whatever its week says. Pure.

They come again as absences of desks do (`stores.absences`), but not on a date with special hours: what is set for one
date holds on it. Slots keep their grid; one that a closing overlaps by a minute is gone.
"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from stores.absences import Absence, StoreHours, times_around
from stores.hours import Interval, difference, open_intervals, openings


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


def store_openings(hours: ClosingHours, *, first_date: date, last_date: date) -> list[Interval]:
    """Return what `stores.hours.openings` does, without the closings."""
    days = {"first_date": first_date, "last_date": last_date}
    opened = openings(hours.weekly, hours.special, **days, zone=hours.zone)
    return difference(opened, closed_times(hours, **days)) if hours.closings else opened


def store_open_time(hours: ClosingHours, *, first_date: date, last_date: date) -> list[Interval]:
    """Return what `stores.hours.open_intervals` does, without the closings."""
    days = {"first_date": first_date, "last_date": last_date}
    opened = open_intervals(hours.weekly, hours.special, **days, zone=hours.zone)
    return difference(opened, closed_times(hours, **days)) if hours.closings else opened
