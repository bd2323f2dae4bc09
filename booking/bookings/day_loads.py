"""How full each of a store's days is: visits, people and places. Nothing here writes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Sum

from booking.bookings.day_schedule import DaySlot, slots_of_days
from booking.models import Booking, Status
from stores.hours import ONE_DAY
from stores.queries import store_rules


@dataclass(frozen=True, slots=True)
class DayLoad:
    """One day. Its places are those of all its slots: a visit that takes two slots takes its places twice."""

    date: date
    visits: int = 0
    people: int = 0
    places: int = 0
    places_taken: int = 0
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

    Cancelled visits are not counted, nor those whose customers did not come. A closed day has no slot by the rules.
    """
    rules = store_rules(store, from_date=first)
    days = Booking.objects.filter(store_id=rules.id, visit_date__gte=first, visit_date__lte=last)
    counted = days.exclude(status__in=(Status.CANCELLED, Status.NO_SHOW)).order_by().values_list("visit_date")
    visits = {day: (count, people) for day, count, people in counted.annotate(Count("pk"), Sum("party_size"))}
    slots = defaultdict(list)
    for slot in slots_of_days(rules, first, last, now=now):
        slots[slot.starts_at.astimezone(rules.zone).date()].append(slot)
    dates = (first + ONE_DAY * number for number in range((last - first).days + 1))
    return tuple(_load(day, *visits.get(day, (0, 0)), slots[day]) for day in dates)


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
            is_closed=all(one.is_closed for one in days),
        )
        for days in weeks.values()
    )


def _load(day: date, visits: int, people: int, slots: Sequence[DaySlot]) -> DayLoad:
    # A closed slot offers the places that were taken before.
    places = sum(slot.places_taken if slot.closed else slot.capacity for slot in slots)
    taken = sum(slot.places_taken for slot in slots)
    return DayLoad(day, visits, people, max(places, taken), taken, all(slot.closed for slot in slots))
