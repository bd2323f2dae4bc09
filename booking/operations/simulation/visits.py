"""The visits to a simulated store, drawn by chance. Pure: the same plan and store give the same visits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from random import Random

from booking.operations.simulation import demand
from booking.operations.simulation.stores import SLOT_MINUTES, ZONE, SimulatedStore, SimulationPlan
from booking.operations.simulation.visit_course import CourseStep, draw_course
from stores.hours import WeeklyInterval, openings
from stores.slots import SlotTime, slot_times

PHONE_RANGE = "+3363998"  # four more digits: 06 39 98 is kept for fiction, no such number is ever given to anybody
_CONTENT_WITH_DAY = 0.4  # in a rush: the chance that somebody takes a day, and does not look at the next
_NAMES = ("Ada", "Bea", "Cleo", "Dora", "Elsa", "Fanny", "Gaston", "Hugo", "Iris", "Jules", "Karim", "Lea")
_LOCALES = (*["fr"] * 18, "en", "de")
_SOURCES = (*["web"] * 12, "api", "phone", "phone", "phone", "phone", "desk")
_IN_PERSON = ("walk_in", "desk")
_SLOTS_OF_TYPE = {"visit": 1, "advice": 2}


@dataclass(frozen=True, slots=True)
class SimulatedVisit:
    """A visit, and what has happened to it by now: at least one step. Words are those of the models."""

    visit_date: date  # the store's own day
    slots: tuple[SlotTime, ...]
    visit_type: str
    party_size: int  # as many places it takes, in each of its slots, unless it is cancelled
    source: str
    booked_at: datetime
    course: tuple[CourseStep, ...]
    name: str
    phone: str  # E.164; "" for some who came in person
    locale: str

    @property
    def status(self) -> str:
        return self.course[-1].to_status

    def reached_at(self, kind: str) -> datetime | None:
        """Return when a step of this kind was taken; None if it was not."""
        return next((step.at for step in self.course if step.kind == kind), None)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What somebody asks for: a slot by its number, and what they come for."""

    slot: int
    visit_type: str
    party_size: int
    source: str


class _Day:
    """The slots of one store's day, and how many places each has left."""

    def __init__(self, day: date, slots: tuple[SlotTime, ...], capacity: int) -> None:
        self.date, self.slots, self.left = day, slots, [capacity] * len(slots)

    def find_run(self, wish: _Wish) -> tuple[int, ...] | None:
        """Return the numbers of consecutive slots with enough places, as near the wanted one as there are any."""
        count = _SLOTS_OF_TYPE[wish.visit_type]
        firsts = range(len(self.slots) - count + 1)
        reach = 0 if wish.source == "walk_in" else len(self.slots)  # a walk-in is here now
        for first in sorted(firsts, key=lambda one: abs(one - wish.slot)):
            if abs(first - wish.slot) > reach:
                break
            run = tuple(range(first, first + count))
            if all(self.left[one] >= wish.party_size for one in run) and self._is_unbroken(run):
                return run
        return None

    def _is_unbroken(self, run: tuple[int, ...]) -> bool:
        return all(self.slots[one].ends_at == self.slots[other].starts_at for one, other in pairwise(run))


def draw_visits(plan: SimulationPlan, store: SimulatedStore) -> list[SimulatedVisit]:
    """Return the visits to a store that were booked by now; people who find no place on their day go without."""
    chance = Random(f"{plan.seed}/{store.number}/visits")  # noqa: S311 -- the same visits each time
    last = plan.today + timedelta(days=min(plan.days_ahead, demand.HORIZON_DAYS))
    slots_of = _slots_by_day(store.fields.weekly, plan.today - timedelta(days=plan.days_back), last)
    days = [_Day(day, slots, store.capacity) for day, slots in slots_of]
    visits = [visit for day in days for visit in _day_visits(chance, plan, store, day)]
    coming = [day for day in days if day.date > plan.today]
    return visits + list(_rush_visits(plan, store, coming))


def _day_visits(chance: Random, plan: SimulationPlan, store: SimulatedStore, day: _Day) -> Iterator[SimulatedVisit]:
    mean = demand.day_mean(store.bookings_per_day, day.date.weekday())
    for _ in range(demand.draw_count(chance, mean)):
        source = "walk_in" if chance.random() < demand.WALK_IN_SHARE else chance.choice(_SOURCES)
        wish = _draw_wish(chance, store, day, source)
        lead_days = demand.draw_lead_days(chance)
        run = day.find_run(wish)
        if run is None:
            continue
        starts_at = day.slots[run[0]].starts_at
        if source == "walk_in":
            booked_at = starts_at + timedelta(seconds=chance.randrange(SLOT_MINUTES * 60))
        else:
            booked_at = demand.draw_booked_at(chance, starts_at, ZONE, lead_days=lead_days)
        if booked_at <= plan.now:
            yield _booked(chance, plan, day, wish, run, booked_at)


def _rush_visits(plan: SimulationPlan, store: SimulatedStore, coming: Sequence[_Day]) -> Iterator[SimulatedVisit]:
    """Yield the visits that are booked in the minute before now: the nearest days go first."""
    chance = Random(f"{plan.seed}/{store.number}/rush")  # noqa: S311
    for _ in range(plan.rush // plan.stores + (store.number <= plan.rush % plan.stores)):
        for number, day in enumerate(coming, 1):
            wish = _draw_wish(chance, store, day, "web")
            run = day.find_run(wish)
            if run is not None and (number == len(coming) or chance.random() < _CONTENT_WITH_DAY):
                booked_at = plan.now - timedelta(milliseconds=chance.randrange(60_000))
                yield _booked(chance, plan, day, wish, run, booked_at)
                break


def _draw_wish(chance: Random, store: SimulatedStore, day: _Day, source: str) -> _Wish:
    wanted = demand.draw_slot(chance, day.slots, ZONE)
    visit_type = "advice" if chance.random() < demand.ADVICE_SHARE else "visit"
    return _Wish(wanted, visit_type, demand.draw_party_size(chance, store.largest_party), source)


def _booked(
    chance: Random, plan: SimulationPlan, day: _Day, wish: _Wish, run: tuple[int, ...], booked_at: datetime
) -> SimulatedVisit:
    """Return a visit that was booked by now; unless it was cancelled since, it takes its places of the day."""
    slots = tuple(day.slots[one] for one in run)
    course = draw_course(
        chance,
        source=wish.source,
        booked_at=booked_at,
        starts_at=slots[0].starts_at,
        ends_at=slots[-1].ends_at,
        now=plan.now,
    )
    has_phone = wish.source not in _IN_PERSON or chance.random() < 0.5
    visit = SimulatedVisit(
        visit_date=day.date,
        slots=slots,
        visit_type=wish.visit_type,
        party_size=wish.party_size,
        source=wish.source,
        booked_at=booked_at,
        course=course,
        name=f"{chance.choice(_NAMES)} Test",
        phone=f"{PHONE_RANGE}{chance.randrange(10_000):04}" if has_phone else "",
        locale=chance.choice(_LOCALES),
    )
    if visit.status != "cancelled":
        for one in run:
            day.left[one] -= wish.party_size
    return visit


@lru_cache(maxsize=8)
def _slots_by_day(
    weekly: tuple[WeeklyInterval, ...], first_date: date, last_date: date
) -> tuple[tuple[date, tuple[SlotTime, ...]], ...]:
    """Return the open days of stores with these hours, and their slots; none of them goes past midnight."""
    found: dict[date, list[SlotTime]] = {}
    intervals = openings(weekly, {}, first_date=first_date, last_date=last_date, zone=ZONE)
    for slot in slot_times(intervals, SLOT_MINUTES):
        found.setdefault(slot.starts_at.astimezone(ZONE).date(), []).append(slot)
    return tuple((day, tuple(slots)) for day, slots in found.items())
