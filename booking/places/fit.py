"""Fit of visits and holds: which have a place, and which lost it, by open time and places. Pure.

It takes and returns plain values; instants are in UTC. `docs/decisions/` explains the rule.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from stores.hours import ONE_DAY, Interval, day_start, difference


class Order(IntEnum):
    """The order in which scarce places are given; the smallest comes first."""

    HERE = 0  # customers who have arrived always have one
    VISIT = 1
    KEPT_TIME = 2
    OFFER = 3
    HOLD = 4


@dataclass(frozen=True, slots=True)
class Taking:
    """Places of one desk that a visit or a hold takes; within one order, the smallest `rank` comes first."""

    order: Order
    key: int  # the id of the booking or of the hold
    desk_id: int
    starts_at: datetime
    ends_at: datetime
    places: int
    rank: tuple[datetime | int, ...] = ()
    kind_id: int = 0  # the kind of visit
    minutes_before: int = 0  # of its desk, beside its own time
    minutes_after: int = 0
    language: str = ""  # that its customer asked to speak, "" for any

    @property
    def taken_from(self) -> datetime:
        """When its desk is taken."""
        return self.starts_at - timedelta(minutes=self.minutes_before)

    @property
    def taken_until(self) -> datetime:
        """When its desk is free again."""
        return self.ends_at + timedelta(minutes=self.minutes_after)


@dataclass(frozen=True, slots=True)
class SlotPlaces:
    """The places that one slot offers; none if it is closed."""

    desk_id: int
    starts_at: datetime
    ends_at: datetime
    capacity: int
    closed: bool

    @property
    def is_shut(self) -> bool:
        return is_shut(capacity=self.capacity, closed=self.closed)


@dataclass(frozen=True, slots=True)
class KindTime:
    """The desks that serve a kind of visit, its own hours, and how many there may be at once; None for any."""

    desk_ids: frozenset[int] | None
    hours: Sequence[Interval] | None
    most_at_once: int | None = None

    def allows(self, one: Taking) -> bool:
        """Tell whether a visit of this kind may be where and when it is."""
        is_served = self.desk_ids is None or one.desk_id in self.desk_ids
        return is_served and (self.hours is None or _is_within(one, self.hours))


ANYWHERE = KindTime(None, None)


@dataclass(frozen=True, slots=True)
class OpenTime:
    """The open time of a store and of each active desk; `slots` are those to which something happened.

    `kinds` has the kinds of visit with rules of their own.
    """

    store: Sequence[Interval]
    desks: Mapping[int, Sequence[Interval]]
    slots: Sequence[SlotPlaces]
    kinds: Mapping[int, KindTime] = field(default_factory=dict)
    languages: Mapping[int, frozenset[str]] = field(default_factory=dict)  # spoken, by desk

    def are_understood(self, one: Taking) -> bool:
        """Tell whether the language that the customer of a visit asked for is spoken at its desk."""
        return not one.language or one.language in self.languages.get(one.desk_id, ())


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in which less is offered than before; everywhere and for all where it is None."""

    desk_id: int | None
    starts_at: datetime
    ends_at: datetime
    kind_id: int | None = None
    language: str | None = None

    def holds(self, taking: Taking) -> bool:
        is_meant = self.desk_id in (None, taking.desk_id) and self.kind_id in (None, taking.kind_id)
        is_meant = is_meant and self.language in (None, taking.language)
        return is_meant and _overlap(self, taking)


def is_shut(*, capacity: int, closed: bool) -> bool:
    """Tell whether nobody can come in a slot: a slot without any place counts as closed."""
    return closed or capacity == 0


def without_place(time: OpenTime, takings: Iterable[Taking]) -> set[Taking]:
    """Return the takings without a place: outside the hours of desk or kind, in a shut slot, or one too many.

    Places are given in order: visits come before kept times, offers and holds, and earlier bookings come first. A
    taking that finds no place takes none from the others. The minutes kept before and after a visit need places too,
    where they lie in slots that are not shut.
    """
    slots: dict[int, list[SlotPlaces]] = {}
    for slot in sorted(time.slots, key=lambda slot: slot.starts_at):
        slots.setdefault(slot.desk_id, []).append(slot)
    gone: set[Taking] = set()
    at_desk: defaultdict[int, list[Taking]] = defaultdict(list)
    of_kind: defaultdict[int, list[Taking]] = defaultdict(list)
    for one in sorted(takings, key=lambda one: (one.order, one.rank, one.key)):
        kind, its_slots = time.kinds.get(one.kind_id, ANYWHERE), slots.get(one.desk_id, ())
        may_be = _is_within(one, time.desks.get(one.desk_id, ())) and kind.allows(one)
        may_be = may_be and time.are_understood(one)
        is_open = may_be and not any(slot.is_shut for slot in its_slots if _overlap(one, slot))
        if is_open and (one.order == Order.HERE or _finds_room(one, its_slots, at_desk[one.desk_id], kind, of_kind)):
            at_desk[one.desk_id].append(one)
            of_kind[one.kind_id].append(one)
        else:
            gone.add(one)
    return gone


def _finds_room(
    one: Taking,
    slots: Sequence[SlotPlaces],
    at_desk: Sequence[Taking],
    kind: KindTime,
    of_kind: Mapping[int, Sequence[Taking]],
) -> bool:
    """Tell whether there is room for one more taking, in the slots of its desk and among its kind."""
    taken = [slot for slot in slots if slot.starts_at < one.taken_until and slot.ends_at > one.taken_from]
    if not all(_has_room(slot, one, at_desk) for slot in taken if not slot.is_shut):
        return False
    if kind.most_at_once is None:
        return True
    return most_together([(other.starts_at, other.ends_at) for other in of_kind[one.kind_id]], one) < kind.most_at_once


class Timed(Protocol):
    """Anything with a start and an end."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


def most_together(spans: Iterable[tuple[datetime, datetime]], one: Timed) -> int:
    """Return how many of these stretches go on together at most, at any instant of one."""
    there = [span for span in spans if span[0] < one.ends_at and span[1] > one.starts_at]
    instants = {max(one.starts_at, begins) for begins, _ends in there}
    return max((sum(begins <= instant < ends for begins, ends in there) for instant in instants), default=0)


def narrowed(before: OpenTime, after: OpenTime, *, days: Iterable[date], zone: ZoneInfo) -> list[Window]:
    """Return the times in which less is offered than before: whole days for hours, single slots for places."""
    spans = [(day_start(day, zone), day_start(day + ONE_DAY, zone)) for day in sorted(set(days))]
    lost: list[tuple[int | None, int | None, Sequence[Interval]]]
    lost = [(None, None, difference(before.store, after.store))]
    lost += [
        (desk_id, None, difference(hours, after.desks.get(desk_id, ()))) for desk_id, hours in before.desks.items()
    ]
    lost += _lost_by_kinds(before, after)
    windows = [
        Window(desk_id, begins, ends, kind_id)
        for desk_id, kind_id, intervals in lost
        for begins, ends in spans
        if any(one.starts_at < ends and one.ends_at > begins for one in intervals)
    ]
    known = {(slot.desk_id, slot.starts_at): slot for slot in before.slots}
    windows += [
        Window(desk_id, begins, ends, language=language)
        for desk_id, spoken in before.languages.items()
        for language in sorted(spoken - after.languages.get(desk_id, frozenset()))
        for begins, ends in spans
    ]
    return windows + [
        Window(slot.desk_id, slot.starts_at, slot.ends_at)
        for slot in after.slots
        if is_tighter(slot, known.get((slot.desk_id, slot.starts_at)))
    ]


def _lost_by_kinds(before: OpenTime, after: OpenTime) -> Iterator[tuple[int | None, int | None, Sequence[Interval]]]:
    """Yield the desk, the kind and the time in which visits of a kind may be no longer, by rules of that kind."""
    for kind_id, now in after.kinds.items():
        was = before.kinds.get(kind_id, ANYWHERE)
        if now.most_at_once is not None and (was.most_at_once is None or now.most_at_once < was.most_at_once):
            yield None, kind_id, before.store
        if now.hours is not None:
            yield None, kind_id, difference(before.store if was.hours is None else was.hours, now.hours)
        for desk_id, hours in before.desks.items():
            served = was.desk_ids is None or desk_id in was.desk_ids
            if served and now.desk_ids is not None and desk_id not in now.desk_ids:
                yield desk_id, kind_id, hours


def is_tighter(slot: SlotPlaces, was: SlotPlaces | None) -> bool:
    """Tell whether a slot offers less than before; False for a slot that was not known before."""
    if was is None:
        return False
    return (slot.is_shut and not was.is_shut) or slot.capacity < was.capacity


def _is_within(one: Taking, hours: Sequence[Interval]) -> bool:
    return any(span.starts_at <= one.starts_at and one.ends_at <= span.ends_at for span in hours)


def _has_room(slot: SlotPlaces, one: Taking, placed: Sequence[Taking]) -> bool:
    """Tell whether a slot has places for one more taking at every instant of that taking.

    Two visits that share a slot of a new grid, but no time, do not compete.
    """
    begins, ends = max(one.taken_from, slot.starts_at), min(one.taken_until, slot.ends_at)
    there = [other for other in placed if other.taken_from < ends and other.taken_until > begins]
    instants = {begins, *(other.taken_from for other in there if other.taken_from > begins)}
    return all(
        one.places + sum(other.places for other in there if other.taken_from <= instant < other.taken_until)
        <= slot.capacity
        for instant in instants
    )


def _overlap(a: Taking | SlotPlaces | Window, b: Taking | SlotPlaces) -> bool:
    return a.starts_at < b.ends_at and a.ends_at > b.starts_at
