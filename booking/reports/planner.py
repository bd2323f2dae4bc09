"""The planner: what more places in one half-day of the week would have done. Pure.

The model: a place added to a half-day takes visits one after the other, as many as its slots allow. People who found
nothing get these places, shortest visits first, each person one place.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

FEWEST_SERVED = 5  # fewer may be chance
MOST_ADDED = 10


@dataclass(frozen=True, slots=True)
class Unmet:
    """The people who found nothing in one half-day, for visits of so many slots; `slots` are those of the half-day."""

    date: date
    is_afternoon: bool
    slot_count: int
    people: int
    slots: int


@dataclass(frozen=True, slots=True)
class Addition:
    """Places to add in one half-day of the week, and how many people they would have served."""

    weekday: int  # as `date.weekday()`
    is_afternoon: bool
    places: int
    served: int


def best_addition(found: Iterable[Unmet]) -> Addition | None:
    """Return the places that would have served most people, at one half-day of the week.

    For each half-day it takes the smallest number of places that would have served more than half of the people who
    found nothing there, or MOST_ADDED. Of equals, the fewest places win, then the first of the week. None where fewer
    than FEWEST_SERVED people would have been served.
    """
    by_half_day: dict[tuple[int, bool], list[Unmet]] = defaultdict(list)
    for one in found:
        by_half_day[one.date.weekday(), one.is_afternoon].append(one)
    additions = [_addition(weekday, is_afternoon, all_of) for (weekday, is_afternoon), all_of in by_half_day.items()]
    best = min(additions, key=lambda one: (-one.served, one.places, one.weekday, one.is_afternoon), default=None)
    return best if best is not None and best.served >= FEWEST_SERVED else None


def served(found: Sequence[Unmet], places: int) -> int:
    """Return how many people so many added places would have served, on all dates together."""
    by_date: dict[date, list[Unmet]] = defaultdict(list)
    for one in found:
        by_date[one.date].append(one)
    return sum(_served_on_a_date(all_of, places) for all_of in by_date.values())


def _addition(weekday: int, is_afternoon: bool, found: Sequence[Unmet]) -> Addition:
    people = sum(one.people for one in found)
    enough = (places for places in range(1, MOST_ADDED) if 2 * served(found, places) > people)
    places = next(enough, MOST_ADDED)
    return Addition(weekday, is_afternoon, places, served(found, places))


def _served_on_a_date(found: Sequence[Unmet], places: int) -> int:
    """Fill one place after the other, each with the shortest visits first."""
    waiting = sorted((one.slot_count, one.people) for one in found)
    slots, count = max((one.slots for one in found), default=0), 0
    for _ in range(places):
        left = slots
        for number, (slot_count, people) in enumerate(waiting):
            taken = min(people, left // slot_count)
            waiting[number] = (slot_count, people - taken)
            left -= taken * slot_count
            count += taken
    return count
