"""How full each of a store's days is: visits, people and places. Nothing here writes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.db.models import Count, Sum

from booking.bookings.day_schedule import DaySlot, slots_of_days
from booking.models import Booking, Status
from booking.working_days import day_bounds
from stores.hours import ONE_DAY
from stores.queries import store_rules
from stores.slots import StoreRules


@dataclass(frozen=True, slots=True)
class DayLoad:
    """One day. Its places are those of all its slots: a visit that takes two slots takes its places twice.

    `places_to_come` can still be taken, from now on.
    """

    date: date
    visits: int = 0
    people: int = 0
    places: int = 0
    places_taken: int = 0
    places_to_come: int = 0
    is_closed: bool = False

    @property
    def places_left(self) -> int:
        """How many places are still free."""
        return max(0, self.places - self.places_taken)

    @property
    def percent(self) -> int:
        """How many of a hundred places are taken; 0 on a day without places."""
        return round(100 * self.places_taken / self.places) if self.places else 0


def day_loads(*, store: str, first: date, last: date, now: datetime) -> tuple[DayLoad, ...]:
    """Return each day of a range, both ends included, with three statements. Raises UnknownStore.

    Cancelled visits are not counted, nor those whose customers did not come. A closed day has no slot by the rules. A
    night past midnight is part of the day on which it began.
    """
    return loads_by_rules(store_rules(store, from_date=first - ONE_DAY), first=first, last=last, now=now)


def loads_by_rules(rules: StoreRules, *, first: date, last: date, now: datetime) -> tuple[DayLoad, ...]:
    """Return the same with two statements, by rules that have the special hours of two days before the first on."""
    begins = cache(lambda day: day_bounds(rules, day)[0])  # all slots of a day ask for it

    def own_day(moment: datetime) -> date:
        day = moment.astimezone(rules.zone).date()
        return day if moment >= begins(day) else day - ONE_DAY

    after = last + ONE_DAY  # for what begins right after midnight
    days = Booking.objects.filter(store_id=rules.id, visit_date__gte=first, visit_date__lte=after)
    counted = days.exclude(status__in=(Status.CANCELLED, Status.NO_SHOW)).order_by().values_list("starts_at")
    visits: defaultdict[date, list[tuple[int, int]]] = defaultdict(list)
    for starts_at, count, people in counted.annotate(Count("pk"), Sum("party_size")):
        visits[own_day(starts_at)].append((count, people))
    slots: defaultdict[date, list[DaySlot]] = defaultdict(list)
    for slot in slots_of_days(rules, first, after, now=now):
        slots[own_day(slot.starts_at)].append(slot)
    dates = (first + ONE_DAY * number for number in range((last - first).days + 1))
    return tuple(_load(day, visits[day], slots[day], now) for day in dates)


def weeks_of(loads: Iterable[DayLoad]) -> tuple[DayLoad, ...]:
    """Return the sums of weeks, each from Monday on and named by the first of its days that is there."""
    weeks: defaultdict[date, list[DayLoad]] = defaultdict(list)
    for one in loads:
        weeks[one.date - ONE_DAY * one.date.weekday()].append(one)
    return tuple(
        DayLoad(
            date=days[0].date,
            visits=sum(one.visits for one in days),
            people=sum(one.people for one in days),
            places=sum(one.places for one in days),
            places_taken=sum(one.places_taken for one in days),
            places_to_come=sum(one.places_to_come for one in days),
            is_closed=all(one.is_closed for one in days),
        )
        for days in weeks.values()
    )


def _load(day: date, visits: Sequence[tuple[int, int]], slots: Sequence[DaySlot], now: datetime) -> DayLoad:
    # A closed slot offers the places that were taken before.
    places = sum(slot.places_taken if slot.closed else slot.capacity for slot in slots)
    taken = sum(slot.places_taken for slot in slots)
    return DayLoad(
        date=day,
        visits=sum(count for count, _people in visits),
        people=sum(people for _count, people in visits),
        places=max(places, taken),
        places_taken=taken,
        places_to_come=sum(slot.places_left for slot in slots if slot.starts_at > now),
        is_closed=all(slot.closed for slot in slots),
    )
