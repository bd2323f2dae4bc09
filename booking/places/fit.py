"""Fit of visits and holds: which have a place, and which lost it, by open time and places. Pure.

It takes and returns plain values; instants are in UTC. `docs/decisions/` explains the rule.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from zoneinfo import ZoneInfo

from stores.hours import ONE_DAY, Interval, day_start


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
class OpenTime:
    """The open time of a store and of each active desk; `slots` are those to which something happened."""

    store: Sequence[Interval]
    desks: Mapping[int, Sequence[Interval]]
    slots: Sequence[SlotPlaces]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in which less is offered than before; `desk_id` of None means every desk."""

    desk_id: int | None
    starts_at: datetime
    ends_at: datetime

    def holds(self, taking: Taking) -> bool:
        return self.desk_id in (None, taking.desk_id) and _overlap(self, taking)


def is_shut(*, capacity: int, closed: bool) -> bool:
    """Tell whether nobody can come in a slot: a slot without any place counts as closed."""
    return closed or capacity == 0


def without_place(time: OpenTime, takings: Iterable[Taking]) -> set[Taking]:
    """Return the takings without a place: outside the desk's hours, in a shut slot, or beyond its places.

    Places are given in order: visits come before kept times, offers and holds, and earlier bookings come first. A
    taking that finds no place takes none from the others.
    """
    by_desk: dict[int, list[Taking]] = {}
    for one in takings:
        by_desk.setdefault(one.desk_id, []).append(one)
    slots: dict[int, list[SlotPlaces]] = {}
    for slot in time.slots:
        slots.setdefault(slot.desk_id, []).append(slot)
    gone: set[Taking] = set()
    for desk_id, mine in by_desk.items():
        hours, its_slots = time.desks.get(desk_id, ()), sorted(slots.get(desk_id, ()), key=lambda slot: slot.starts_at)
        placed: list[Taking] = []
        for one in sorted(mine, key=lambda one: (one.order, one.rank, one.key)):
            own_slots = [slot for slot in its_slots if _overlap(one, slot)]
            is_open = _is_within(one, hours) and not any(slot.is_shut for slot in own_slots)
            has_room = one.order == Order.HERE or all(_has_room(slot, one, placed) for slot in own_slots)
            if is_open and has_room:
                placed.append(one)
            else:
                gone.add(one)
    return gone


def narrowed(before: OpenTime, after: OpenTime, *, days: Iterable[date], zone: ZoneInfo) -> list[Window]:
    """Return the times in which less is offered than before: whole days for hours, single slots for places."""
    spans = [(day_start(day, zone), day_start(day + ONE_DAY, zone)) for day in sorted(set(days))]
    lost: list[tuple[int | None, list[Interval]]] = [(None, _without(before.store, after.store))]
    lost += [(desk_id, _without(hours, after.desks.get(desk_id, ()))) for desk_id, hours in before.desks.items()]
    windows = [
        Window(desk_id, begins, ends)
        for desk_id, intervals in lost
        for begins, ends in spans
        if any(one.starts_at < ends and one.ends_at > begins for one in intervals)
    ]
    known = {(slot.desk_id, slot.starts_at): slot for slot in before.slots}
    return windows + [
        Window(slot.desk_id, slot.starts_at, slot.ends_at)
        for slot in after.slots
        if is_tighter(slot, known.get((slot.desk_id, slot.starts_at)))
    ]


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
    begins, ends = max(one.starts_at, slot.starts_at), min(one.ends_at, slot.ends_at)
    there = [other for other in placed if other.starts_at < ends and other.ends_at > begins]
    instants = {begins, *(other.starts_at for other in there if other.starts_at > begins)}
    return all(
        one.places + sum(other.places for other in there if other.starts_at <= instant < other.ends_at) <= slot.capacity
        for instant in instants
    )


def _overlap(a: Taking | SlotPlaces | Window, b: Taking | SlotPlaces) -> bool:
    return a.starts_at < b.ends_at and a.ends_at > b.starts_at


def _without(intervals: Sequence[Interval], others: Sequence[Interval]) -> list[Interval]:
    """Return intervals minus other intervals; both lists are sorted and free of overlaps."""
    left = []
    for starts_at, ends_at in intervals:
        begins = starts_at
        for other in others:
            if other.ends_at <= begins or other.starts_at >= ends_at:
                continue
            if other.starts_at > begins:
                left.append(Interval(begins, other.starts_at))
            begins = max(begins, other.ends_at)
        if begins < ends_at:
            left.append(Interval(begins, ends_at))
    return left
