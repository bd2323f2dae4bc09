"""Wording of free times, by morning, afternoon and evening."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby

from django.utils.translation import gettext as _

from booking import formatting
from booking.places.availability import FreeDay
from booking.places.free_starts import FreeSlot
from stores.slots import StoreRules, store_slots

NOON_HOUR, EVENING_HOUR = 12, 18


@dataclass(frozen=True, slots=True)
class SlotChoice:
    """One free time; `value` is for a button or a link, `clock` the hour alone, for a grid of times.

    `places` says what a choice depends on: `is_last`, one of several places is left, or `is_own`, the time is held for
    the reader of the page. `places_left` is for staff, to whom the number matters.
    """

    value: str
    day: str
    time: str
    clock: str
    places: str = ""
    is_last: bool = False
    is_own: bool = False
    places_left: int | None = None


@dataclass(frozen=True, slots=True)
class DayPart:
    """The free times of a morning, an afternoon or an evening; `key` names it in addresses."""

    key: str
    name: str
    slots: tuple[SlotChoice, ...]


def slot_choice(
    starts_at: datetime, rules: StoreRules, *, places_left: int | None = None, is_own: bool = False
) -> SlotChoice:
    """Return a free time in words."""
    found = slot_choices([(starts_at, starts_at, places_left)], rules, own_start=starts_at if is_own else None)
    return found[0]


def slot_choices(
    slots: Iterable[tuple[datetime, datetime, int | None]], rules: StoreRules, *, own_start: datetime | None = None
) -> list[SlotChoice]:
    """Return free times in words; the time held for the reader begins at `own_start`.

    `slots` are free slots, or starts and ends of others with the places left where they are to be told.
    """
    # A page has dozens of times: what they have in common is looked up once.
    zone, words = rules.zone, formatting.WordsOfTimes()
    has_more = sum(desk.capacity for desk in rules.desks) > 1  # with one place, each time would be the last one
    found = []
    for starts_at, _ends_at, places_left in slots:
        local, is_own = starts_at.astimezone(zone), starts_at == own_start
        is_last = places_left == 1 and has_more and not is_own
        found.append(
            SlotChoice(
                value=local.isoformat(),
                day=words.day(local.date()),
                time=words.time(local),
                clock=words.clock(local),
                places=_("kept for you") if is_own else words.places(1) if is_last else "",
                is_last=is_last,
                is_own=is_own,
                places_left=places_left,
            )
        )
    return found


def day_parts(day: FreeDay, rules: StoreRules, *, own_start: datetime | None = None) -> tuple[DayPart, ...]:
    """Return a day's free times, grouped by the hour and the store's own break at noon."""
    if not day.slots:
        return ()
    begin = afternoon_hour(day.date, rules), EVENING_HOUR
    names = (("morning", _("Morning")), ("afternoon", _("Afternoon")), ("evening", _("Evening")))

    def part(slot: FreeSlot) -> int:
        return bisect_right(begin, slot.starts_at.astimezone(rules.zone).hour)

    grouped = groupby(day.slots, key=part)
    return tuple(
        DayPart(*names[number], tuple(slot_choices(slots, rules, own_start=own_start))) for number, slots in grouped
    )


def afternoon_hour(day: date, rules: StoreRules) -> int:
    """Return noon, or an hour later if the store has its break then: a morning until 12:30 is one morning."""
    one = datetime.combine(day, time(NOON_HOUR + 1), tzinfo=rules.zone)
    slots = store_slots(rules, first_date=day, last_date=day)
    return NOON_HOUR if any(slot.starts_at <= one < slot.ends_at for slot in slots) else NOON_HOUR + 1
