"""Explanations why a time can or cannot be booked, as plain values; `booking.places.explain` makes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from booking.refusals import Refusal
from stores.slots import DeskRule, StoreRules, VisitTypeRule


class Explanation(StrEnum):
    """The reasons that an explanation gives for one desk, or for all."""

    FREE = "free"
    NO_DESK = "no_desk"
    PARTY_TOO_LARGE = "party_too_large"
    TOO_SOON = "too_soon"
    OVER = "over"
    TOO_FAR_AHEAD = "too_far_ahead"
    CLOSING = "closing"
    SPECIAL_HOURS = "special_hours"
    OUTSIDE_HOURS = "outside_hours"
    NO_START = "no_start"
    KIND_HOURS = "kind_hours"
    AT_ONCE = "at_once"
    NOT_SERVED = "not_served"
    NOT_SPOKEN = "not_spoken"
    DESK_HOURS = "desk_hours"
    AWAY = "away"
    TOO_LONG = "too_long"
    CLOSED = "closed"
    TOO_SMALL = "too_small"
    FULL = "full"
    KEPT_BACK = "kept_back"


@dataclass(frozen=True, slots=True)
class DeskExplanation:
    """The answer for one desk, or for the store if `desk` is None; the places are those of its fullest slot.

    `until` is when the desk closes, if the visit is too long, or when it is there again, if it is away.
    """

    desk: DeskRule | None
    answer: Explanation
    places_left: int = 0
    places_needed: int = 0
    at: datetime | None = None  # the slot that refuses
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SlotExplanation:
    rules: StoreRules
    starts_at: datetime
    desks: tuple[DeskExplanation, ...]
    minutes: int  # how long the visit lasts
    visit_type: VisitTypeRule

    @property
    def can_be_booked(self) -> bool:
        return any(desk.answer == Explanation.FREE for desk in self.desks)

    @property
    def refusal(self) -> Refusal:
        """The one refusal for all desks: full if only other visits are in the way, else what closes the time."""
        answers = {desk.answer for desk in self.desks}
        if answers & {
            Explanation.FREE,
            Explanation.FULL,
            Explanation.TOO_SMALL,
            Explanation.KEPT_BACK,
            Explanation.AT_ONCE,
        }:
            return Refusal.SLOT_FULL
        for answer, refusal in _REFUSALS.items():
            if answer in answers:
                return refusal
        return Refusal.SLOT_CLOSED


_TAKEN = {
    Explanation.FREE,
    Explanation.FULL,
    Explanation.TOO_SMALL,
    Explanation.KEPT_BACK,
    Explanation.AT_ONCE,
}
_REFUSALS = {
    Explanation.PARTY_TOO_LARGE: Refusal.PARTY_TOO_LARGE,
    Explanation.TOO_SOON: Refusal.TOO_SOON,
    Explanation.OVER: Refusal.TOO_LATE,
    Explanation.TOO_FAR_AHEAD: Refusal.TOO_FAR_AHEAD,
}


@dataclass(frozen=True, slots=True)
class DayExplanation:
    """The explanations for each start of a day, by start and slug of the desk."""

    rules: StoreRules
    answers: Mapping[tuple[datetime, str], DeskExplanation]
    minutes: int  # how long the visit lasts
