"""Wording of free times, by morning, afternoon and evening."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby

from django.utils.translation import gettext as _

from booking import formatting
from booking.places.availability import FreeDay, FreeSlot
from stores.slots import StoreRules, store_slots

NOON_HOUR, EVENING_HOUR = 12, 18


@dataclass(frozen=True, slots=True)
class SlotChoice:
    """One free time; `value` is for a button or a link, `is_last`: one of several places is left.

    `is_own`: the time is held for the reader of the page.
    """

    value: str
    day: str
    time: str
    places: str = ""
    is_last: bool = False
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class DayPart:
    """The free times of a morning, an afternoon or an evening."""

    name: str
    slots: tuple[SlotChoice, ...]


def slot_choice(
    starts_at: datetime, rules: StoreRules, *, places_left: int | None = None, is_own: bool = False
) -> SlotChoice:
    """Return a free time in words."""
    local = starts_at.astimezone(rules.zone)
    return SlotChoice(
        value=local.isoformat(),
        day=formatting.day_in_words(local.date()),
        time=formatting.time_in_words(local, rules.zone),
        places=_("kept for you") if is_own else _places(places_left, rules),
        is_last=places_left == 1 and _capacity(rules) > 1 and not is_own,
        is_own=is_own,
    )


def slot_choices(
    slots: Iterable[FreeSlot], rules: StoreRules, *, own_start: datetime | None = None
) -> list[SlotChoice]:
    """Return free times in words; the time held for the reader begins at `own_start`."""
    return [
        slot_choice(slot.starts_at, rules, places_left=slot.places_left, is_own=slot.starts_at == own_start)
        for slot in slots
    ]


def day_parts(day: FreeDay, rules: StoreRules, *, own_start: datetime | None = None) -> tuple[DayPart, ...]:
    """Return a day's free times, grouped by the hour and the store's own break at noon."""
    if not day.slots:
        return ()
    noon = afternoon_hour(day.date, rules)

    def part_name(slot: FreeSlot) -> str:
        hour = slot.starts_at.astimezone(rules.zone).hour
        if hour < noon:
            return _("Morning")
        return _("Afternoon") if hour < EVENING_HOUR else _("Evening")

    grouped = groupby(day.slots, key=part_name)
    return tuple(DayPart(name, tuple(slot_choices(slots, rules, own_start=own_start))) for name, slots in grouped)


def _places(places_left: int | None, rules: StoreRules) -> str:
    """Return "2 places left"; "" if each time has only one place, because each would be the last."""
    return "" if places_left is None or _capacity(rules) == 1 else formatting.places_in_words(places_left)


def _capacity(rules: StoreRules) -> int:
    """Return how many places a time has at all desks together."""
    return sum(desk.capacity for desk in rules.desks)


def afternoon_hour(day: date, rules: StoreRules) -> int:
    """Return noon, or an hour later if the store has its break then: a morning until 12:30 is one morning."""
    one = datetime.combine(day, time(NOON_HOUR + 1), tzinfo=rules.zone)
    slots = store_slots(rules, first_date=day, last_date=day)
    return NOON_HOUR if any(slot.starts_at <= one < slot.ends_at for slot in slots) else NOON_HOUR + 1
