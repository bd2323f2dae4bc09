"""One question a page, in the simple version: the day, then the part of the day, then the time."""

from dataclasses import dataclass
from enum import StrEnum

from booking.customer.chooser import Chooser
from booking.places.slot_wording import DayPart


class TimeQuestion(StrEnum):
    """What a page asks on the way to a time."""

    DAY = "day"
    PART = "part"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class TimeStep:
    """One page on the way to a time: its question, and the parts of the day with the times to choose from.

    `has_parts` tells whether the page before asked for the part of the day.
    """

    question: TimeQuestion
    parts: tuple[DayPart, ...] = ()
    has_parts: bool = False

    @property
    def back_by(self) -> str:
        """Return the parameter by which the question before knows the day: it asks for its part, or for another day."""
        return "day" if self.has_parts else "from"


def time_step(shown: Chooser, *, part: str, is_day_chosen: bool, chosen: str = "") -> TimeStep:
    """Return the next question. A day with times in one part alone is not asked for its part.

    `part` is the key of the chosen one, as the address has it; without it, the part with the time `chosen` before.
    """
    if not is_day_chosen or shown.is_empty:
        return TimeStep(TimeQuestion.DAY)
    if len(shown.parts) <= 1:
        return TimeStep(TimeQuestion.TIME, shown.parts)
    wanted = [one for one in shown.parts if one.key == part] or [
        one for one in shown.parts if any(slot.value == chosen for slot in one.slots)
    ]
    if not wanted:
        return TimeStep(TimeQuestion.PART, shown.parts)
    return TimeStep(TimeQuestion.TIME, (wanted[0],), has_parts=True)
