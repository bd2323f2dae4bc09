"""The choice of a day and a time, as a page shows it: a week of days, one of them open with its free times in words."""

from booking.customer.chooser import Chooser, DayChoice, DayState, chooser, first_free
from booking.places.slot_wording import DayPart, SlotChoice, slot_choice, slot_choices

__all__ = [
    "Chooser",
    "DayChoice",
    "DayPart",
    "DayState",
    "SlotChoice",
    "chooser",
    "first_free",
    "slot_choice",
    "slot_choices",
]
