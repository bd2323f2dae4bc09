"""What keeps everybody from booking at a store at all, whatever the time: the first thing that a manager must mend."""

from datetime import datetime
from enum import StrEnum

from booking.policy import first_bookable_start, last_bookable_date
from stores.hours import ONE_DAY
from stores.slots import StoreRules, slots_by_desk, starts_with_runs


class Obstacle(StrEnum):
    """The reasons why nobody can book, in the order in which they are mended."""

    NO_HOURS = "no_hours"
    NO_DESK = "no_desk"
    NO_VISIT_TYPE = "no_visit_type"
    NO_TIME = "no_time"  # closed on all days that may be booked, or no desk is open for as long as a visit takes


def obstacle_to_bookings(rules: StoreRules, *, now: datetime) -> Obstacle | None:
    """Return why nobody can book at a store; None if its rules have a time, free or taken. No statement.

    The rules must have the special hours of today on. At a store that is open today or tomorrow this looks at one day.
    """
    if not rules.weekly and not any(rules.special.values()):
        return Obstacle.NO_HOURS
    if not rules.desks:
        return Obstacle.NO_DESK
    if not rules.visit_types:
        return Obstacle.NO_VISIT_TYPE
    return None if _has_time(rules, now=now) else Obstacle.NO_TIME


def _has_time(rules: StoreRules, *, now: datetime) -> bool:
    first_start = first_bookable_start(now=now, rules=rules)
    shortest = min(kind.slot_count for kind in rules.visit_types)
    last_day = last_bookable_date(now=now, zone=rules.zone, rules=rules)
    day = first_start.astimezone(rules.zone).date()
    while day <= last_day:
        for slots in slots_by_desk(rules, first_date=day, last_date=day).values():
            # Runs of a night that goes on past midnight are found on the day before, or on the next.
            if any(run[0].starts_at >= first_start for run in starts_with_runs(slots, shortest)):
                return True
        day += ONE_DAY
    return False
