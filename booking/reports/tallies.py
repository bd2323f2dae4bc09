"""Tallies of visits, places and messages, and their sums over several stores. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from typing import TypeVar

from booking.models import Source, Status
from notifications.models import State
from stores.hours import ONE_DAY

# Classes of days between booking and visit: each from its first day to the day before the next class.
LEAD_DAYS = (0, 1, 2, 4, 8, 15)
CAME = frozenset({Status.CHECKED_IN, Status.IN_SERVICE, Status.COMPLETED})
Counts = defaultdict[int, Counter[str]]
Key = TypeVar("Key")
Counted = TypeVar("Counted")


@dataclass(frozen=True, slots=True)
class VisitOutcome:
    """Outcomes of visits; for `open` ones, nobody has come and no no-show is noted yet."""

    came: int = 0
    no_show: int = 0
    cancelled: int = 0
    open: int = 0

    @property
    def ended(self) -> int:
        """The number of expected visits whose customers came or failed to come."""
        return self.came + self.no_show


@dataclass(frozen=True, slots=True)
class Waits:
    """Waits in minutes, from arrival to service."""

    count: int
    median: int
    ninetieth: int


@dataclass(frozen=True, slots=True)
class Use:
    """The places of one hour's slots, over all days of the range."""

    taken: int
    offered: int


@dataclass(frozen=True, slots=True)
class MessageCount:
    """The count of messages of one kind, channel and state; the segments of the `measured` ones are known."""

    kind: str
    channel: str
    state: str
    count: int
    measured: int = 0
    segments: int = 0

    @property
    def has_left(self) -> bool:
        """Tell whether the provider took them, and has reported no failure since."""
        return self.state in (State.SENT, State.DELIVERED)


@dataclass(frozen=True, slots=True)
class Report:
    """All counts of a range; those by hour or weekday have only hours and days with a count."""

    from_date: date
    to_date: date
    total: VisitOutcome
    by_period: Mapping[date, VisitOutcome]  # by the first day of each, within the range
    by_lead: Mapping[int, VisitOutcome]  # by the first day of each class; without walk-ins, who cannot fail to come
    by_weekday: Mapping[int, VisitOutcome]  # the same, by `date.weekday()`
    waits: Waits
    waits_by_hour: Mapping[int, Waits]  # by the hour of arriving
    use: Use
    use_by_hour: Mapping[int, Use]
    sources: Mapping[str, int]
    messages: tuple[MessageCount, ...]
    feedback: Mapping[str, Mapping[str, int]]  # by the name of the kind of visit: how often each answer was given

    @property
    def awaited(self) -> VisitOutcome:
        """The outcomes of visits whose customers could fail to come."""
        return VisitOutcome(
            came=sum(one.came for one in self.by_weekday.values()),
            no_show=sum(one.no_show for one in self.by_weekday.values()),
        )


def is_taken_back(*, source: str, status: str) -> bool:
    """Tell whether this is a walk-in that was admitted by mistake or put back into the line: it is no visit."""
    return source == Source.WALK_IN and status == Status.CANCELLED


@dataclass(slots=True)
class Tally:
    """A tally that is filled in one pass over visits, slots and messages."""

    from_date: date
    to_date: date
    periods: defaultdict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    leads: Counts = field(default_factory=lambda: defaultdict(Counter))
    weekdays: Counts = field(default_factory=lambda: defaultdict(Counter))
    sources: Counter[str] = field(default_factory=Counter)
    waits: defaultdict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    taken: Counter[int] = field(default_factory=Counter)
    offered: Counter[int] = field(default_factory=Counter)
    messages: defaultdict[tuple[str, str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    feedback: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add_visit(self, *, visit_date: date, booked_date: date, status: str, source: str) -> None:
        """Count a visit, unless it is a walk-in that was taken back."""
        if is_taken_back(source=source, status=status):
            return
        self.periods[period_start(visit_date, from_date=self.from_date, to_date=self.to_date)][status] += 1
        self.sources[source] += 1
        if source != Source.WALK_IN:
            self.leads[lead_class((visit_date - booked_date).days)][status] += 1
            self.weekdays[visit_date.weekday()][status] += 1

    def add(self, other: "Tally") -> None:
        """Add the counts of another tally of the same range."""
        _merge(self.periods, other.periods)
        _merge(self.leads, other.leads)
        _merge(self.weekdays, other.weekdays)
        _merge(self.waits, other.waits)
        _merge(self.messages, other.messages)
        _merge(self.feedback, other.feedback)
        self.sources.update(other.sources)
        self.taken.update(other.taken)
        self.offered.update(other.offered)

    def report(self) -> Report:
        """Return the report of all counts."""
        return Report(
            from_date=self.from_date,
            to_date=self.to_date,
            total=_outcome(sum(self.periods.values(), Counter())),
            by_period={day: _outcome(self.periods[day]) for day in period_starts(self.from_date, self.to_date)},
            by_lead={days: _outcome(self.leads[days]) for days in LEAD_DAYS},
            by_weekday={weekday: _outcome(self.weekdays[weekday]) for weekday in range(7)},
            waits=waits_of(sum(self.waits.values(), Counter())),
            waits_by_hour={hour: waits_of(self.waits[hour]) for hour in sorted(self.waits)},
            use=Use(self.taken.total(), self.offered.total()),
            use_by_hour={hour: Use(self.taken[hour], self.offered[hour]) for hour in sorted(self.offered)},
            sources={source: self.sources[source] for source in Source.values},
            messages=self.message_counts(),
            feedback={kind: dict(answers) for kind, answers in sorted(self.feedback.items())},
        )

    def message_counts(self) -> tuple[MessageCount, ...]:
        """Return the counts of messages."""
        return tuple(
            MessageCount(*key, counts["count"], counts["measured"], counts["segments"])
            for key, counts in sorted(self.messages.items())
        )


def together(tallies: Iterable[Tally], *, from_date: date, to_date: date) -> Tally:
    """Return the sum of tallies of the same range."""
    total = Tally(from_date, to_date)
    for tally in tallies:
        total.add(tally)
    return total


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
    """Return the first day of the class of a number of days between booking and visit."""
    return max(first for first in LEAD_DAYS if first <= max(0, days))


def waits_of(minutes: Mapping[int, int]) -> Waits:
    """Return the median and the 90th percentile; each is one of the measured waits (nearest rank).

    `minutes` maps each wait to its number of occurrences.
    """
    ranked, count = sorted(wait for wait in minutes if minutes[wait]), sum(minutes.values())
    if not count:
        return Waits(0, 0, 0)
    return Waits(count, *(_ranked(ranked, minutes, rank=ceil(count * share / 100)) for share in (50, 90)))


def _merge(mine: defaultdict[Key, Counter[Counted]], theirs: Mapping[Key, Counter[Counted]]) -> None:
    for key, counts in theirs.items():
        mine[key].update(counts)


def _ranked(ranked: Sequence[int], minutes: Mapping[int, int], *, rank: int) -> int:
    """Return the wait of a given rank, counted from the shortest."""
    passed = 0
    for wait in ranked:
        passed += minutes[wait]
        if passed >= rank:
            return wait
    raise AssertionError("no rank is beyond the longest wait")


def _outcome(counted: Counter[str]) -> VisitOutcome:
    return VisitOutcome(
        came=sum(counted[status] for status in CAME),
        no_show=counted[Status.NO_SHOW],
        cancelled=counted[Status.CANCELLED],
        open=counted[Status.CONFIRMED],
    )
