"""The choice of a day and a time, as a page shows it: a week of days, one of them open with its free times in words."""

from booking.places.slot_wording import DayPart, SlotChoice, slot_choice, slot_choices
from booking.views.chooser.week import Chooser, DayChoice, DayState, chooser, first_free

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
