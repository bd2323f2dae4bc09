"""Reasons why a day has no slot at a desk at a certain time, though somebody is there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from booking.bookings.day_schedule import DaySchedule
from stores.closings import store_open_time
from stores.hours import ONE_DAY, Interval, intersection, open_intervals
from stores.slots import desk_away, slots_by_desk


class NoSlot:
    """Gives the reason in words; the hours of a desk are read once, and only if needed."""

    def __init__(self, schedule: DaySchedule) -> None:
        self.rules, self.date = schedule.rules, schedule.date
        self._hours: dict[int, Sequence[Interval]] = {}
        self._away: dict[int, Sequence[Interval]] = {}

    def words(self, starts_at: datetime, desk_id: int) -> str:
        """Return why nothing can be booked at a desk at an instant."""
        if self.rules.desk(desk_id) is None:
            return out_of_service()
        if self.is_away(starts_at, desk_id):
            return _("Away")
        if any(one.starts_at <= starts_at < one.ends_at for one in self._open(desk_id)):
            return _("Between two times")
        return _("Outside the opening hours")

    def is_away(self, starts_at: datetime, desk_id: int) -> bool:
        """Tell whether whoever serves at a desk is away at an instant, or in the slot that would begin then."""
        if desk_id not in self._away:
            desk, days = self.rules.desk(desk_id), {"first_date": self.date, "last_date": self.date}
            self._away[desk_id] = desk_away(self.rules, desk, **days) if desk else []
        ends_at = starts_at + timedelta(minutes=self.rules.slot_minutes)
        return any(one.starts_at < ends_at and one.ends_at > starts_at for one in self._away[desk_id])

    def all_are_away(self) -> bool:
        """Tell whether the day has times, but whoever serves then is away."""
        desks = tuple(replace(desk, absences=()) for desk in self.rules.desks)
        if desks == self.rules.desks:
            return False
        there = replace(self.rules, desks=desks)
        return any(slots_by_desk(there, first_date=self.date, last_date=self.date).values())

    def _open(self, desk_id: int) -> Sequence[Interval]:
        """Return the intervals in which a desk serves on the day."""
        if desk_id not in self._hours:
            days = {"first_date": self.date - ONE_DAY, "last_date": self.date}
            opened = store_open_time(self.rules, **days)
            desk = self.rules.desk(desk_id)
            own = open_intervals(desk.weekly, {}, **days, zone=self.rules.zone) if desk and desk.weekly else opened
            self._hours[desk_id] = intersection(opened, own)
        return self._hours[desk_id]


def out_of_service() -> str:
    """Return the words for a desk that no longer takes visits."""
    return _("Out of service")
