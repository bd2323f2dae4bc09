"""What changes a store: its hours, desks, visit types, policy, texts and people.

Whatever slots are made from changes with the store's row locked alone, and raises `hours_version`. Nothing here
knows of bookings: `booking.services.changes_of_hours` wraps these where bookings may be affected.
"""

from stores.services.hours import (
    check_week,
    delete_special_hours,
    replace_opening_hours,
    save_opening_hours,
    save_special_hours,
)
from stores.services.people import Joined, add_member
from stores.services.policy import POLICY_RANGES, save_notice, save_policy
from stores.services.values import BadHours, BadValue
from stores.services.visits import CAPACITY_RANGE, save_desk, save_visit_type

__all__ = [
    "CAPACITY_RANGE",
    "POLICY_RANGES",
    "BadHours",
    "BadValue",
    "Joined",
    "add_member",
    "check_week",
    "delete_special_hours",
    "replace_opening_hours",
    "save_desk",
    "save_notice",
    "save_opening_hours",
    "save_policy",
    "save_special_hours",
    "save_visit_type",
]
