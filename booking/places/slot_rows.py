"""Slot rows that a manager's decision creates or moves. Callers hold the store's row alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from booking.models import Booking, Hold, Status
from booking.places.busy_times import BusyTimes, busy_times_of
from stores.hours import ONE_DAY
from stores.models import Slot
from stores.slots import DeskRule, SlotTime, StoreRules, slots_by_desk

_AT_ONCE = 10_000  # rows that one statement names: PostgreSQL takes no more than 65,535 values


@dataclass(frozen=True, slots=True)
class _Taking:
    """Places that a booking or a hold takes of one desk's time, the minutes before and after it included."""

    desk_id: int
    starts_at: datetime
    ends_at: datetime
    places: int
    from_web: bool


Timed = TypeVar("Timed", _Taking, Slot)


def lay_slots_anew(rules: StoreRules, *, now: datetime) -> None:
    """Rebuild the rows of slots that are not over, from the rules, the bookings and the holds.

    A manager's settings of a slot stay: its own capacity if a slot still starts then; its closing, or its having no
    place at all, in every new slot that overlaps it. If no new slot overlaps it, the row stays as it is, because the
    hours may come back. Slots that overlap a busy time of the desk's calendar are closed too. Visits outside the hours
    need no slot: nobody else can be booked there.

    Rebuilding starts at the last moment at which no old slot, no new slot and no visit was running. So no two rows of a
    desk ever overlap, and each visit is counted in all of its slots.
    """
    since = now - 2 * ONE_DAY
    known, all_taking = list(Slot.objects.filter(store_id=rules.id, ends_at__gt=since)), [*_taking(rules.id, since)]
    busy = busy_times_of(rules.id, since)
    ends = [row.ends_at for row in known] + [one.ends_at for one in all_taking]
    last = max([now, *ends, *(one.until for one in busy.values())])
    old, taking = _by_desk(known), _by_desk(all_taking)
    first_date, last_date = (moment.astimezone(rules.zone).date() for moment in (since, last))
    by_desk = slots_by_desk(rules, first_date=first_date, last_date=last_date)
    gone: list[int] = []
    rows: list[Slot] = []
    for desk_id in old.keys() | taking.keys() | busy.keys():
        times = by_desk.get(desk_id, [])
        cut = _quiet_moment(now, [*old[desk_id], *taking[desk_id], *times])
        mine = [row for row in old[desk_id] if row.ends_at > cut]
        gone += [row.pk for row in mine]
        ahead = [slot for slot in times if slot.ends_at > cut]
        rows += _laid(rules, desk_id, ahead, mine, taking[desk_id], busy.get(desk_id, BusyTimes()))
    for first in range(0, len(gone), _AT_ONCE):
        Slot.objects.filter(pk__in=gone[first : first + _AT_ONCE]).delete()
    Slot.objects.bulk_create(rows)


def _quiet_moment(now: datetime, spans: Iterable[SlotTime | Slot | _Taking]) -> datetime:
    """Return the last moment, `now` at the latest, at which none of these was running."""
    moment = now
    for span in sorted(spans, key=lambda one: one.ends_at, reverse=True):
        if span.ends_at <= moment:
            break
        moment = min(moment, span.starts_at)
    return moment


def _laid(
    rules: StoreRules,
    desk_id: int,
    times: Sequence[SlotTime],
    old: Sequence[Slot],
    taking: Sequence[_Taking],
    busy: BusyTimes,
) -> Iterator[Slot]:
    """Yield the rows that a desk's slots need, made from their former rows."""
    desk = rules.desk(desk_id)
    decided = [row for row in old if is_closed_by_hand(row) or row.has_own_capacity]
    own = {row.starts_at: row.capacity for row in decided if row.has_own_capacity}
    met: set[int] = set()
    for slot in times if desk else ():
        here = [one for one in taking if _overlap(one, slot)]
        over = [row for row in decided if _overlap(row, slot)]
        met |= {row.pk for row in over}
        has_none = any(row.has_own_capacity and row.capacity == 0 for row in over)
        own_capacity = 0 if has_none else own.get(slot.starts_at)
        is_closed, is_busy = any(is_closed_by_hand(row) for row in over), busy.overlap(slot)
        if desk and (here or is_closed or is_busy or own_capacity is not None):
            row = _row(rules.id, desk, slot.starts_at, slot.ends_at, here, own_capacity)
            close(row, by_hand=is_closed, is_busy=is_busy)
            yield row
    for row in decided:
        if row.pk not in met:
            here = [one for one in taking if _overlap(one, row)]
            _count(row, here)
            close(row, by_hand=is_closed_by_hand(row), is_busy=busy.overlap(row))
            row.pk = None
            yield row


def slots_between(rules: StoreRules, from_at: datetime, to_at: datetime) -> list[Slot]:
    """Return the rows of the slots that start in [from_at, to_at)."""
    return list(Slot.objects.filter(store_id=rules.id, starts_at__gte=from_at, starts_at__lt=to_at))


def set_slots(
    rules: StoreRules,
    desks: Sequence[DeskRule],
    *,
    from_at: datetime,
    to_at: datetime,
    capacity: int | None,
    closed: bool | None,
    now: datetime,
    is_own: bool = True,
) -> list[Slot]:
    """Set the capacity or closing of slots that start in [from_at, to_at) and are not over; return their rows.

    With `is_own` false, the capacity is their desk's, and follows it from now on. Places beyond a smaller capacity
    count as squeezed in: those visits stay until somebody decides otherwise. What the calendar of a desk closes stays
    closed.
    """
    busy = busy_times_of(rules.id, from_at) if closed is not None else {}
    rows = {(row.desk_id, row.starts_at): row for row in slots_between(rules, from_at, to_at)}
    taking = _by_desk(_taking(rules.id, from_at))
    changed = []
    for desk, slot in _slots_ahead(rules, desks, from_at=from_at, to_at=to_at, now=now):
        row = rows.get((desk.id, slot.starts_at))
        if row is None:
            row = _row(rules.id, desk, *slot, [one for one in taking[desk.id] if _overlap(one, slot)], None)
        if capacity is not None:
            row.capacity, row.has_own_capacity = capacity, is_own
            row.squeezed = max(0, row.places_taken - capacity)
        if closed is not None:
            close(row, by_hand=closed, is_busy=busy.get(desk.id, BusyTimes()).overlap(slot))
        changed.append(row)
    Slot.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["store", "desk", "starts_at"],
        update_fields=["capacity", "has_own_capacity", "squeezed", "closed", "closed_by_calendar"],
    )
    return changed


def _slots_ahead(
    rules: StoreRules, desks: Sequence[DeskRule], *, from_at: datetime, to_at: datetime, now: datetime
) -> Iterator[tuple[DeskRule, SlotTime]]:
    """Yield the slots of desks that start in [from_at, to_at) and are not over."""
    first_date, last_date = (moment.astimezone(rules.zone).date() for moment in (from_at, to_at))
    by_desk = slots_by_desk(rules, first_date=first_date, last_date=last_date)
    for desk in desks:
        for slot in by_desk[desk.id]:
            if from_at <= slot.starts_at < to_at and slot.ends_at > now:
                yield desk, slot


def set_busy(
    rules: StoreRules, desk: DeskRule, busy: BusyTimes, *, changed: BusyTimes, days: tuple[date, date], now: datetime
) -> list[Slot]:
    """Close the slots of a desk that overlap a busy time, and open those that its calendar alone closed.

    Only slots that overlap `changed` and are not over are looked at, on these days; return the rows that differ now.
    """
    slots = slots_by_desk(rules, first_date=days[0], last_date=days[1])[desk.id]
    here = [slot for slot in slots if slot.ends_at > now and changed.overlap(slot)]
    if not here:
        return []
    rows = {
        row.starts_at: row
        for row in slots_between(rules, here[0].starts_at, here[-1].ends_at)
        if row.desk_id == desk.id
    }
    differing = []
    for slot in here:
        row, is_busy = rows.get(slot.starts_at), busy.overlap(slot)
        if row is None and not is_busy:
            continue
        row = row or _row(rules.id, desk, *slot, (), None)
        was = (row.closed, row.closed_by_calendar)
        close(row, by_hand=is_closed_by_hand(row), is_busy=is_busy)
        if (row.closed, row.closed_by_calendar) != was:
            differing.append(row)
    Slot.objects.bulk_create(
        differing,
        update_conflicts=True,
        unique_fields=["store", "desk", "starts_at"],
        update_fields=["closed", "closed_by_calendar"],
    )
    return differing


def is_closed_by_hand(row: Slot) -> bool:
    """Tell whether a manager closed a slot, and not the calendar of its desk alone."""
    return row.closed and not row.closed_by_calendar


def close(row: Slot, *, by_hand: bool, is_busy: bool) -> None:
    """Set whether a slot is closed: by a manager, by the calendar of its desk alone, or not at all."""
    row.closed, row.closed_by_calendar = by_hand or is_busy, is_busy and not by_hand


def _overlap(a: _Taking | Slot, b: SlotTime | Slot) -> bool:
    return a.starts_at < b.ends_at and a.ends_at > b.starts_at


def _by_desk(found: Iterable[Timed]) -> defaultdict[int, list[Timed]]:
    by_desk: defaultdict[int, list[Timed]] = defaultdict(list)
    for one in found:
        by_desk[one.desk_id].append(one)
    return by_desk


def _taking(store_id: int, since: datetime) -> Iterable[_Taking]:
    bookings = Booking.objects.filter(store_id=store_id, ends_at__gt=since).exclude(status=Status.CANCELLED)
    columns = ("desk_id", "starts_at", "ends_at", "minutes_before", "minutes_after", "places", "takes_web_places")
    for desk_id, starts_at, ends_at, before, after, places, from_web in bookings.values_list(*columns):
        taken_from, taken_until = starts_at - timedelta(minutes=before), ends_at + timedelta(minutes=after)
        yield _Taking(desk_id, taken_from, taken_until, places, from_web)
    for hold in Hold.objects.filter(store_id=store_id, ends_at__gt=since):
        yield _Taking(hold.desk_id, hold.taken_from, hold.taken_until, hold.places, from_web=True)


def _row(
    store_id: int,
    desk: DeskRule,
    starts_at: datetime,
    ends_at: datetime,
    here: Sequence[_Taking],
    own_capacity: int | None,
) -> Slot:
    slot = Slot(
        store_id=store_id,
        desk_id=desk.id,
        starts_at=starts_at,
        ends_at=ends_at,
        capacity=desk.capacity if own_capacity is None else own_capacity,
        has_own_capacity=own_capacity is not None,
    )
    _count(slot, here)
    return slot


def _count(slot: Slot, here: Iterable[_Taking]) -> None:
    """Set a row's counters from the takings in it; places beyond its capacity count as squeezed in."""
    taking = list(here)
    slot.places_taken = sum(one.places for one in taking)
    slot.places_taken_web = sum(one.places for one in taking if one.from_web)
    slot.squeezed = max(0, slot.places_taken - slot.capacity)
