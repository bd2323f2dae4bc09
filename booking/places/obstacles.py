"""What keeps everybody from booking at a store at all, whatever the time: the first thing that a manager must mend."""

from datetime import datetime
from enum import StrEnum

from booking.policy import first_bookable_start, last_bookable_date
from stores.hours import ONE_DAY
from stores.slots import StoreRules
from stores.visit_runs import visits_by_desk


class Obstacle(StrEnum):
    """The reasons why nobody can book, in the order in which they are mended."""

    NO_HOURS = "no_hours"
    NO_DESK = "no_desk"
    NO_VISIT_TYPE = "no_visit_type"
    NO_TIME = "no_time"  # closed on all days that may be booked, or no desk serves a visit for as long as it takes


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
    last_day = last_bookable_date(now=now, zone=rules.zone, rules=rules)
    day = now.astimezone(rules.zone).date()
    soonest = {kind: first_bookable_start(now=now, rules=rules, kind=kind) for kind in rules.visit_types}
    while day <= last_day:
        for kind, first_start in soonest.items():
            runs = visits_by_desk(rules, kind, first_date=day, last_date=day, not_before=first_start)
            if any(runs.values()):
                return True
        day += ONE_DAY
    return False
