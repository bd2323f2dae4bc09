"""What happened at a store over a range of days, as counts: nothing here knows or tells who came. Nothing writes."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from django.db.models import Count

from booking.models import Booking, Source, Status
from booking.policy import UnknownStore
from notifications.models import OutboxMessage
from stores.hours import day_start
from stores.models import Slot
from stores.queries import store_rules
from stores.slots import StoreRules, slots_by_desk

ONE_DAY = timedelta(days=1)
LONGEST_RANGE = 800  # days
DEFAULT_RANGE = 28
# How many days before the visit it was booked: each class from its first day to the one before the next.
LEAD_DAYS = (0, 1, 2, 4, 8, 15)
CAME = frozenset({Status.CHECKED_IN, Status.IN_SERVICE, Status.COMPLETED})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How visits ended; `open` is neither come nor missed yet."""

    came: int = 0
    no_show: int = 0
    cancelled: int = 0
    open: int = 0

    @property
    def ended(self) -> int:
        """How many were awaited and either came or did not."""
        return self.came + self.no_show


@dataclass(frozen=True, slots=True)
class Waits:
    """Minutes from arriving to being served."""

    count: int
    median: int
    ninetieth: int


@dataclass(frozen=True, slots=True)
class Use:
    """Places of an hour's slots, over all days of the range."""

    taken: int
    offered: int


@dataclass(frozen=True, slots=True)
class MessageCount:
    kind: str
    channel: str
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """All of it; what is counted by hour or weekday names only those at which something was counted."""

    from_date: date
    to_date: date
    total: Outcome
    by_period: Mapping[date, Outcome]  # by the first day of each, within the range
    by_lead: Mapping[int, Outcome]  # by the first day of each class; without walk-ins, who cannot fail to come
    by_weekday: Mapping[int, Outcome]  # the same, by `date.weekday()`
    waits: Waits
    waits_by_hour: Mapping[int, Waits]  # by the hour of arriving
    use_by_hour: Mapping[int, Use]
    sources: Mapping[str, int]
    messages: tuple[MessageCount, ...]


def numbers(*, store: str, from_date: date, to_date: date) -> Numbers:
    """Return what happened on a store's days, both included, with four statements. Raises UnknownStore."""
    rules = store_rules(store, from_date=from_date)
    if rules is None:
        raise UnknownStore(store)
    count = _BookingCount(rules, from_date, to_date)
    seen = Booking.objects.filter(store_id=rules.id, visit_date__gte=from_date, visit_date__lte=to_date).order_by()
    columns = seen.values_list("visit_date", "created_at", "checked_in_at", "started_at", "status", "source")
    for visit_date, created_at, checked_in_at, started_at, status, source in columns.iterator():
        count.add(visit_date, created_at, status, source)
        if checked_in_at and started_at and started_at >= checked_in_at:
            count.waits[checked_in_at.astimezone(rules.zone).hour].append(_minutes(started_at - checked_in_at))
    every_wait = [wait for waits in count.waits.values() for wait in waits]
    return Numbers(
        from_date=from_date,
        to_date=to_date,
        total=_outcome(sum(count.periods.values(), Counter())),
        by_period={day: _outcome(count.periods[day]) for day in period_starts(from_date, to_date)},
        by_lead={days: _outcome(count.leads[days]) for days in LEAD_DAYS},
        by_weekday={weekday: _outcome(count.weekdays[weekday]) for weekday in range(7)},
        waits=waits_of(every_wait),
        waits_by_hour={hour: waits_of(count.waits[hour]) for hour in sorted(count.waits)},
        use_by_hour=_use_by_hour(rules, from_date, to_date),
        sources={source: count.sources[source] for source in Source.values},
        messages=_messages(rules, from_date, to_date),
    )


def period_start(day: date, *, from_date: date, to_date: date) -> date:
    """Return the first day of the period that a day is counted in: itself, its week or, in long ranges, its month."""
    days = (to_date - from_date).days + 1
    if days <= 14:
        return day
    first = day - ONE_DAY * day.weekday() if days <= 126 else day.replace(day=1)
    return max(first, from_date)


def period_starts(from_date: date, to_date: date) -> list[date]:
    """Return the first day of every period of a range."""
    days = (from_date + ONE_DAY * number for number in range((to_date - from_date).days + 1))
    return list(dict.fromkeys(period_start(day, from_date=from_date, to_date=to_date) for day in days))


def lead_class(days: int) -> int:
    """Return the first day of the class that so many days of lead belong to."""
    return max(first for first in LEAD_DAYS if first <= max(0, days))


def waits_of(minutes: Sequence[int]) -> Waits:
    """Return the median and the 90th percentile, each one of the waits there were (the nearest rank)."""
    if not minutes:
        return Waits(0, 0, 0)
    ranked = sorted(minutes)
    return Waits(len(ranked), *(ranked[ceil(len(ranked) * share / 100) - 1] for share in (50, 90)))


class _BookingCount:
    """What is counted while the bookings pass by once."""

    def __init__(self, rules: StoreRules, from_date: date, to_date: date) -> None:
        self._rules, self._from_date, self._to_date = rules, from_date, to_date
        self.periods: dict[date, Counter[str]] = defaultdict(Counter)
        self.leads: dict[int, Counter[str]] = defaultdict(Counter)
        self.weekdays: dict[int, Counter[str]] = defaultdict(Counter)
        self.sources: Counter[str] = Counter()
        self.waits: dict[int, list[int]] = defaultdict(list)

    def add(self, visit_date: date, created_at: datetime, status: str, source: str) -> None:
        period = period_start(visit_date, from_date=self._from_date, to_date=self._to_date)
        self.periods[period][status] += 1
        self.sources[source] += 1
        if source != Source.WALK_IN:
            lead = (visit_date - created_at.astimezone(self._rules.zone).date()).days
            self.leads[lead_class(lead)][status] += 1
            self.weekdays[visit_date.weekday()][status] += 1


def _outcome(counted: Counter[str]) -> Outcome:
    return Outcome(
        came=sum(counted[status] for status in CAME),
        no_show=counted[Status.NO_SHOW],
        cancelled=counted[Status.CANCELLED],
        open=counted[Status.CONFIRMED],
    )


def _minutes(wait: timedelta) -> int:
    return round(wait.total_seconds() / 60)


def _use_by_hour(rules: StoreRules, from_date: date, to_date: date) -> dict[int, Use]:
    """Return how many of the places were taken, by the hour in which their slot begins.

    What happened to no slot is as the hours and desks of today have it: those of former days are not kept.
    """
    offered: dict[tuple[int, datetime], tuple[int, int]] = {
        (desk_id, slot.starts_at): (0, capacity)
        for desk_id, slots in slots_by_desk(rules, first_date=from_date, last_date=to_date).items()
        for capacity in (next(desk.capacity for desk in rules.desks if desk.id == desk_id),)
        for slot in slots
    }
    rows = Slot.objects.filter(
        store_id=rules.id,
        starts_at__gte=day_start(from_date, rules.zone),
        starts_at__lt=day_start(to_date + ONE_DAY, rules.zone),
    ).order_by()
    columns = rows.values_list("desk_id", "starts_at", "capacity", "places_taken", "closed")
    for desk_id, starts_at, capacity, taken, closed in columns.iterator():
        is_by_rule = (desk_id, starts_at) in offered
        if is_by_rule or taken:
            # Nothing but what was taken already was on offer in a slot that is closed, or of former hours.
            offered[desk_id, starts_at] = (taken, capacity if is_by_rule and not closed else taken)
    hours: dict[int, list[int]] = {}
    for (_, starts_at), (taken, capacity) in offered.items():
        sums = hours.setdefault(starts_at.astimezone(rules.zone).hour, [0, 0])
        sums[0] += taken
        sums[1] += capacity
    return {hour: Use(*hours[hour]) for hour in sorted(hours)}


def _messages(rules: StoreRules, from_date: date, to_date: date) -> tuple[MessageCount, ...]:
    """Return how many messages were due on these days, by what became of them."""
    due = OutboxMessage.objects.filter(
        account=rules.slug,
        due_at__gte=day_start(from_date, rules.zone),
        due_at__lt=day_start(to_date + ONE_DAY, rules.zone),
    )
    counted = (
        due.values_list("kind", "channel", "state").annotate(count=Count("pk")).order_by("kind", "channel", "state")
    )
    return tuple(MessageCount(*row) for row in counted)
