"""Visits and holds that have a place, and those that lost it, by a store's open time and places. Pure.

Plain values in, plain values out; instants in UTC. `docs/decisions/` tells the rule behind it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from zoneinfo import ZoneInfo

from stores.hours import ONE_DAY, Interval, day_start


class Order(IntEnum):
    """The order in which places are given where there are too few; the smallest first."""

    HERE = 0  # customers who have arrived have one in any case
    VISIT = 1
    KEPT_TIME = 2
    OFFER = 3
    HOLD = 4


@dataclass(frozen=True, slots=True)
class Taking:
    """Places of one desk that somebody has; of one order, the smallest `rank` is first."""

    order: Order
    key: int  # of the booking, or of the hold
    desk_id: int
    starts_at: datetime
    ends_at: datetime
    places: int
    rank: tuple[datetime | int, ...] = ()


@dataclass(frozen=True, slots=True)
class SlotPlaces:
    """What one slot has to give; nothing where it is closed."""

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
    """When a store is open, and when each of its active desks serves; slots are those to which something happened."""

    store: Sequence[Interval]
    desks: Mapping[int, Sequence[Interval]]
    slots: Sequence[SlotPlaces]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in which less is on offer than before; `desk_id` None: at every desk."""

    desk_id: int | None
    starts_at: datetime
    ends_at: datetime

    def holds(self, taking: Taking) -> bool:
        return self.desk_id in (None, taking.desk_id) and _overlap(self, taking)


def is_shut(*, capacity: int, closed: bool) -> bool:
    """Tell whether nobody at all can come in a slot: one with no place is as closed as one that somebody closed."""
    return closed or capacity == 0


def without_place(time: OpenTime, takings: Iterable[Taking]) -> set[Taking]:
    """Return what has no place to be: outside the desk's hours, in a shut slot, or one too many.

    Places are given in order: visits before kept times, offers and holds, and earlier bookings first. What finds no
    place left has none, and takes none from the others.
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
    """Return in what time less is on offer than before: whole days for hours, single slots for places."""
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
    """Tell whether a slot has less to give than it had; of one not known before nobody can say so."""
    if was is None:
        return False
    return (slot.is_shut and not was.is_shut) or slot.capacity < was.capacity


def _is_within(one: Taking, hours: Sequence[Interval]) -> bool:
    return any(span.starts_at <= one.starts_at and one.ends_at <= span.ends_at for span in hours)


def _has_room(slot: SlotPlaces, one: Taking, placed: Sequence[Taking]) -> bool:
    """Tell whether a slot has places for one more, at every instant that it would be there.

    Two visits that share a slot of a new grid, but no time, stand in nobody's way.
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
    """Return what is left of some intervals once others are taken out of them; each sorted, free of overlaps."""
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
