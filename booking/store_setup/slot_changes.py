"""Changes of single slots: their capacity, or whether they are closed; and putting such a change back.

As in `hours_changes`, a change locks the store's row alone, and is refused if it affects visits and nobody has decided.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction

from booking.places.claims import LONGEST_SLOT, days_of, raise_days
from booking.places.fit import SlotPlaces, Window, is_tighter
from booking.places.freed import announce_on_commit
from booking.places.slot_rows import is_closed_by_hand, set_slots, slots_between
from booking.refusals import BookingRefused, Refusal
from booking.store_setup.affected_visits import (
    Decision,
    Then,
    days_settled,
    outcome_of,
    settle,
    visits_without_place,
)
from booking.store_setup.hours_changes import HoursChange
from booking.store_setup.taken_places import lock_taken_places, open_time, slot_places
from booking.who import Who
from stores import services as store_services
from stores.locks import lock_store_alone
from stores.models import Slot, Store
from stores.models.changes import EXACT
from stores.queries import rules_around
from stores.slots import DeskRule, StoreRules, slots_by_desk

Known = Mapping[tuple[int, datetime], Slot]
"""The rows of slots before a change, by desk and start."""


class SlotRun(NamedTuple):
    """Slots in a row of one desk with the same state, as the trail stores them.

    `capacity` None is the desk's; `is_closed` means by a manager. The instants are in UTC; slots start before `to_at`.
    """

    desk: str
    from_at: datetime
    to_at: datetime
    capacity: int | None
    is_closed: bool


def change_slots(
    *,
    store_id: int,
    from_at: datetime,
    to_at: datetime,
    desk: str | None = None,
    capacity: int | None = None,
    closed: bool | None = None,
    then: Then,
    now: datetime,
    user: User,
) -> HoursChange:
    """Set the capacity of the slots that start in [from_at, to_at), or close or open them.

    `desk` is a slug, None for all. Slots that are over stay unchanged. Raises BookingRefused: NOT_FOUND for an unknown
    desk, SLOT_CLOSED if there is no slot, TOO_LATE if all are over; BookingsAffected.
    """

    def write(rules: StoreRules, desks: Sequence[DeskRule]) -> list[Slot]:
        return set_slots(rules, desks, from_at=from_at, to_at=to_at, capacity=capacity, closed=closed, now=now)

    return _change(store_id, (from_at, to_at), desk, write, then=then, now=now, user=user)


def put_slots_back(*, store_id: int, runs: Sequence[SlotRun], then: Then, now: datetime, user: User) -> HoursChange:
    """Give slots the states of these runs again. Raises the errors of `change_slots`."""
    names = {run.desk for run in runs}

    def write(rules: StoreRules, desks: Sequence[DeskRule]) -> list[Slot]:
        by_slug = {one.slug: one for one in desks}
        return [slot for run in runs if run.desk in by_slug for slot in _set_run(rules, by_slug[run.desk], run, now)]

    span = (min(run.from_at for run in runs), max(run.to_at for run in runs))
    return _change(store_id, span, names.pop() if len(names) == 1 else None, write, then=then, now=now, user=user)


def _set_run(rules: StoreRules, desk: DeskRule, run: SlotRun, now: datetime) -> list[Slot]:
    return set_slots(
        rules,
        [desk],
        from_at=run.from_at,
        to_at=run.to_at,
        capacity=desk.capacity if run.capacity is None else run.capacity,
        closed=run.is_closed,
        now=now,
        is_own=run.capacity is not None,
    )


@transaction.atomic
def _change(
    store_id: int,
    span: tuple[datetime, datetime],
    desk: str | None,
    write: Callable[[StoreRules, Sequence[DeskRule]], list[Slot]],
    *,
    then: Then,
    now: datetime,
    user: User,
) -> HoursChange:
    """Write slots that start in a span, and settle what that leaves without a place."""
    from_at, to_at = span
    store = lock_store_alone(store_id)
    rules = rules_around(store.slug, min(now, from_at))
    desks = _desks_named(rules, desk)
    taken = lock_taken_places(store_id, now=now, span=(from_at - LONGEST_SLOT, to_at + LONGEST_SLOT))
    before = open_time(rules, taken, now=now)
    known = {(row.desk_id, row.starts_at): row for row in slots_between(rules, from_at, to_at)}
    slots = write(rules, desks)
    if not slots:
        raise BookingRefused(Refusal.TOO_LATE if to_at <= now else Refusal.SLOT_CLOSED)
    _tell_trail(store, desk, slots, known, desks, now=now, user=user)
    outcome = outcome_of(
        taken,
        open_time(rules, taken, now=now),
        had_none=visits_without_place(taken, before),
        windows=_windows(slots, known, {one.id: one.capacity for one in desks}),
    )
    decision = Decision(then, f"slots-{int(now.timestamp())}", Who.staff(user, now))
    settled = settle(taken, outcome, rules=rules, decision=decision)
    days = {day for slot in slots for day in days_of(slot.starts_at, slot.ends_at, store.time_zone)}
    raise_days(store_id, days | days_settled(settled, store))
    announce_on_commit(store_id)
    return HoursChange(tuple(settled))


def slots_in_trail(rules: StoreRules, runs: Sequence[SlotRun]) -> dict[str, Any]:
    """Return the present state of the slots of these runs as the trail stores it."""
    by_slug = {one.slug: one for one in rules.desks}
    from_at, to_at = min(run.from_at for run in runs), max(run.to_at for run in runs)
    by_desk = slots_by_desk(
        rules, first_date=from_at.astimezone(rules.zone).date(), last_date=to_at.astimezone(rules.zone).date()
    )
    known = {(row.desk_id, row.starts_at): row for row in slots_between(rules, from_at, to_at)}
    spans: dict[str, tuple[datetime, datetime]] = {}
    for run in runs:
        first, last = spans.get(run.desk, (run.from_at, run.to_at))
        spans[run.desk] = min(first, run.from_at), max(last, run.to_at)
    slots = [
        known.get((desk.id, slot.starts_at)) or _unchanged(desk, slot.starts_at, slot.ends_at)
        for slug, (first, last) in spans.items()
        if (desk := by_slug.get(slug)) is not None
        for slot in by_desk[desk.id]
        if first <= slot.starts_at < last
    ]
    return _of_slots(slots, rules.desks)


def runs_from_exact(exact: Iterable[Sequence[Any]]) -> list[SlotRun]:
    """Return the runs that the trail holds exactly."""
    return [
        SlotRun(desk, datetime.fromisoformat(from_at), datetime.fromisoformat(to_at), capacity, is_closed)
        for desk, from_at, to_at, capacity, is_closed in exact
    ]


def _desks_named(rules: StoreRules, slug: str | None) -> list[DeskRule]:
    """Return the desk with this slug, all desks for None. Raises BookingRefused NOT_FOUND."""
    desks = [one for one in rules.desks if slug is None or one.slug == slug]
    if not desks:
        raise BookingRefused(Refusal.NOT_FOUND)
    return desks


def _windows(slots: Sequence[Slot], known: Known, capacities: Mapping[int, int]) -> list[Window]:
    """Return the time of these slots for each desk at which some of them offer less than before."""
    by_desk: dict[int, list[SlotPlaces]] = {}
    tighter = set()
    for slot in slot_places(slots):
        by_desk.setdefault(slot.desk_id, []).append(slot)
        row = known.get((slot.desk_id, slot.starts_at))
        capacity, closed = (row.capacity, row.closed) if row else (capacities[slot.desk_id], False)
        if is_tighter(slot, replace(slot, capacity=capacity, closed=closed)):
            tighter.add(slot.desk_id)
    return [
        Window(desk_id, min(slot.starts_at for slot in mine), max(slot.ends_at for slot in mine))
        for desk_id, mine in by_desk.items()
        if desk_id in tighter
    ]


def _tell_trail(
    store: Store,
    desk: str | None,
    slots: Sequence[Slot],
    known: Known,
    desks: Sequence[DeskRule],
    *,
    now: datetime,
    user: User,
) -> None:
    """Write the former and the present state of these slots into the set-up's trail."""
    zone = ZoneInfo(store.time_zone)
    by_id = {one.id: one for one in desks}
    was = [
        known.get((slot.desk_id, slot.starts_at)) or _unchanged(by_id[slot.desk_id], slot.starts_at, slot.ends_at)
        for slot in slots
    ]
    first = min(slot.starts_at for slot in slots).astimezone(zone)
    last = max(slot.ends_at for slot in slots).astimezone(zone)
    store_services.record_change(
        store=store,
        user=user,
        what="slots",
        subject=f"{first:%Y-%m-%d %H:%M}-{last:%H:%M}{' ' if desk else ''}{desk or ''}",
        before=_of_slots(was, desks),
        after=_of_slots(slots, desks),
        now=now,
    )


def _unchanged(desk: DeskRule, starts_at: datetime, ends_at: datetime) -> Slot:
    """Return a slot that has no row, as nothing has happened to it."""
    return Slot(desk_id=desk.id, starts_at=starts_at, ends_at=ends_at, capacity=desk.capacity, closed=False)


def _of_slots(slots: Sequence[Slot], desks: Sequence[DeskRule]) -> dict[str, Any]:
    """Return slots as the trail stores them: counts for people, and runs of the same state to put them back from."""
    slugs = {one.id: one.slug for one in desks}
    ordered = sorted(slots, key=lambda slot: (slugs[slot.desk_id], slot.starts_at))
    return {
        "capacities": sorted({slot.capacity for slot in slots}),
        "closed_slots": sum(slot.closed for slot in slots),
        "open_slots": sum(not slot.closed for slot in slots),
        EXACT: [
            [desk, run[0].starts_at.astimezone(UTC).isoformat(), run[-1].ends_at.astimezone(UTC).isoformat(), *state]
            for (desk, *state), found in groupby(ordered, key=lambda slot: (slugs[slot.desk_id], *_state(slot)))
            if (run := [*found])
        ],
    }


def _state(slot: Slot) -> tuple[int | None, bool]:
    return slot.capacity if slot.has_own_capacity else None, is_closed_by_hand(slot)
