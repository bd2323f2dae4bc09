"""Claims of places: the only code that changes a slot's counters, and the locks that keep them right.

Everything here runs inside the caller's transaction. Locks are taken in the order of `booking.places.locks`: slots by
start and desk come after everything else except the store's days.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.db.models import Case, F, QuerySet, Value, When

from booking.models import Booking, Hold
from booking.models.joint_writes import Part, can_join_writes, condition
from booking.models.partial_rows import known
from booking.places.at_once import kind_visits, lock_kind
from booking.places.freed import announce_on_commit
from booking.places.runs import Run
from booking.places.seen_slots import SeenSlots, see_slots
from booking.places.slot_statements import SlotRow, claim_part, claim_rows, lock_rows, squeeze_into_rows
from booking.policy import places_needed
from booking.tokens import new_public_id
from stores.locks import share_lock_store
from stores.models import Slot, Store
from stores.slots import StoreRules, VisitTypeRule

# No slot is longer (a CHECK on Store.slot_minutes), so a slot that overlaps an instant starts at most this long before
# it.
LONGEST_SLOT = timedelta(minutes=480)

log = logging.getLogger(__name__)

_RAISE_DAYS = """
INSERT INTO stores_storeday AS day (store_id, date, version) VALUES {rows}
ON CONFLICT (store_id, date) DO UPDATE SET version = day.version + 1
"""


_RAISED = """
INSERT INTO stores_storeday AS day (store_id, date, version)
SELECT %s::bigint, given.date, 1 FROM (VALUES {rows}) AS given (date){after}
ON CONFLICT (store_id, date) DO UPDATE SET version = day.version + 1 RETURNING version
"""


class _Full(Exception):
    """A desk has too few places: neither the places nor the locks of this try are kept."""


Write = Callable[[Run, Part | None], bool]
"""Writes what has the places of a run, after the claim that it is given as a part; tells whether it was written."""


def claim_anywhere(
    rules: StoreRules,
    runs: Sequence[Run],
    visit_type: VisitTypeRule,
    *,
    now: datetime,
    party_size: int,
    from_web: bool,
    moved: Booking | None = None,
    prefer_desk_id: int | None = None,
    write: Write | None = None,
    seen: SeenSlots | None = None,
) -> Run | None:
    """Take places in one of these runs, the emptiest desk first; return the run, or None if all are full.

    The rows of a full desk are unlocked before the next desk is tried: two customers may try the same desks in
    different orders, and must not wait for each other. `seen` are their slots as the caller has just read them: a run
    that is full in them is not tried, as that would wait for its lock. `write` writes what has these places, on
    PostgreSQL by the same statement. Where it is given and None is returned, the caller rolls back what was taken of
    one desk alone. Of a kind with a largest number at once none is taken beyond it; `moved` is a visit that leaves its
    time for this one.
    """
    runs = _with_room_at_once(rules.id, runs, visit_type, now=now, moved=moved)
    places = places_needed(party_size=party_size, counts_people=rules.counts_people)
    if seen is None and len(runs) > 1:
        seen = see_slots(rules.id, runs)
    if seen is not None:
        free = [run for run in runs if seen.have_places(run, places=places, from_web=from_web)]
        runs = sorted(free, key=seen.fullness)
    for run in sorted(runs, key=lambda run: run.desk.id != prefer_desk_id):
        try:
            with _one_of(runs):
                if not _claim_and_write(rules.id, run, write, places=places, from_web=from_web):
                    raise _Full
        except _Full:
            continue
        return run
    return None


def _with_room_at_once(
    store_id: int, runs: Sequence[Run], visit_type: VisitTypeRule, *, now: datetime, moved: Booking | None
) -> Sequence[Run]:
    """Return the runs in which one more visit of a kind may go on; where it has a largest number, lock the kind."""
    if not runs or visit_type.most_at_once is None:
        return runs
    lock_kind(visit_type)
    first, last = min(run.starts_at for run in runs), max(run.ends_at for run in runs)
    others = kind_visits(store_id, visit_type, first=first, last=last, now=now, moved_id=moved.pk if moved else None)
    return [run for run in runs if others.have_room(run)]  # closing time may cut some of them short


def _claim_and_write(store_id: int, run: Run, write: Write | None, *, places: int, from_web: bool) -> bool:
    largest = run.desk.capacity - (run.desk.kept_back if from_web else 0)
    if write is not None and places <= largest and can_join_writes():
        kept_back = run.desk.kept_back
        return write(run, claim_part(store_id, run.rows, places=places, from_web=from_web, kept_back=kept_back))
    return claim(store_id, run, places=places, from_web=from_web) and (write is None or write(run, None))


def _one_of(runs: Sequence[Run]) -> AbstractContextManager[None]:
    """Return a separate transaction for one of several tries, which releases the locks of a failed try."""
    return transaction.atomic() if len(runs) > 1 else nullcontext()


def claim(store_id: int, run: Run, *, places: int, from_web: bool) -> bool:
    """Take `places` in each slot of a run, or none at all.

    One statement, the same on SQLite and PostgreSQL. If it returns too few slots, the places it took are given back. A
    party beyond the desk's own capacity never gets a new row: only existing rows may be larger.
    """
    largest = run.desk.capacity - (run.desk.kept_back if from_web else 0)
    if places > largest and not _are_there(store_id, run):
        return False
    taken = claim_rows(store_id, run.rows, places=places, from_web=from_web, kept_back=run.desk.kept_back)
    if len(taken) == len(run.slots):
        return True
    if taken:
        _give_back(store_id, run.desk.id, taken, places=places, from_web=from_web)
    return False


def store_hold(
    rules: StoreRules, run: Run, *, visit_type_id: int, party_size: int, expires_at: datetime, **more: Any
) -> Hold:
    """Write the hold of taken places and its end; `more` are other fields of the hold."""
    hold = new_hold(rules, run, visit_type_id=visit_type_id, party_size=party_size, expires_at=expires_at, **more)
    hold.save(force_insert=True)
    return hold


def new_hold(
    rules: StoreRules, run: Run, *, visit_type_id: int, party_size: int, expires_at: datetime, **more: Any
) -> Hold:
    """Return a hold of places for its writer; `more` are other fields of it."""
    return Hold(
        public_id=new_public_id(),
        store=known(Store, id=rules.id, slug=rules.slug, name=rules.name, time_zone=rules.zone.key),
        desk_id=run.desk.id,
        visit_type_id=visit_type_id,
        starts_at=run.starts_at,
        ends_at=run.ends_at,
        minutes_before=run.minutes_before,
        minutes_after=run.minutes_after,
        party_size=party_size,
        places=places_needed(party_size=party_size, counts_people=rules.counts_people),
        expires_at=expires_at,
        **more,
    )


def squeeze_in(store_id: int, run: Run, *, places: int) -> None:
    """Take places even if none are left or the slot is closed, as a manager decided."""
    squeeze_into_rows(store_id, run.rows, places=places)


def give_places_back(store: Store, bookings: Sequence[Booking], *, holds: Sequence[Hold] = ()) -> set[date]:
    """Give back the places of bookings and of holds; delete the holds; return the days that changed.

    The caller raises these days last of all. Each hold gives its places back once, even if several callers ask.
    """
    held = [hold for hold in holds if Hold.objects.filter(pk=hold.pk).delete()[0]]
    if len(bookings) + len(held) > 1:
        lock_slots(store.pk, [*bookings, *held])
    for booking in bookings:
        _release(booking, from_web=booking.takes_web_places)
    for hold in held:
        _release(hold, from_web=True)
    given: list[Booking | Hold] = [*bookings, *held]
    return {day for one in given for day in days_taken(one, store.time_zone)}


def _release(one: Booking | Hold, *, from_web: bool) -> None:
    """Give a visit's places back in every slot it overlaps: the slots may have been laid anew since then."""
    slots = _overlapping(one).order_by("starts_at").select_for_update()
    starts = list(slots.values_list("starts_at", flat=True))
    _give_back(one.store_id, one.desk_id, starts, places=one.places, from_web=from_web)
    announce_on_commit(one.store_id)  # somebody may be waiting for them


def lock_slots(store_id: int, taking: Sequence[Booking | Hold], runs: Sequence[Run] = ()) -> None:
    """Lock the slots of these visits and holds, and those of the runs, all in one order.

    Missing rows are created, so a row that another transaction is creating is also waited for in order.
    """
    if not connection.features.has_select_for_update:
        return
    rows = {(row.starts_at, row.desk_id): row for run in runs for row in run.rows}
    for one in taking:
        for slot in _overlapping(one).values_list("desk_id", "starts_at", "ends_at", "capacity"):
            rows[slot[1], slot[0]] = SlotRow(*slot)
    if rows:
        lock_rows(store_id, [rows[key] for key in sorted(rows)])


def release_expired_holds(*, store_id: int | None = None, now: datetime) -> int:
    """Give back the places of expired holds; return how many holds there were.

    A hold that does not match the counters does not stop the release of the others.
    """
    expired = Hold.objects.filter(expires_at__lte=now)
    if store_id is not None:
        expired = expired.filter(store_id=store_id)
    released = 0
    for hold in expired.select_related("store").order_by("pk"):
        try:
            with transaction.atomic():
                share_lock_store(hold.store_id)
                released += drop_hold(hold)
        except IntegrityError:
            log.exception("hold_not_released", extra={"hold_id": hold.pk, "store_id": hold.store_id})
    return released


def drop_hold(hold: Hold) -> int:
    """Delete a hold and give its places back, once only; return 1 if it still existed."""
    days = give_places_back(hold.store, [], holds=[hold])
    raise_days(hold.store_id, days)
    return int(bool(days))


def raise_days(store_id: int, days: Collection[date]) -> None:
    """Raise the version of some days of a store. A transaction does this last, because others wait for these rows."""
    if not days:
        return
    values: list[Any] = []
    for day in sorted(days):
        values += [store_id, connection.ops.adapt_datefield_value(day), 1]
    with connection.cursor() as cursor:
        cursor.execute(_RAISE_DAYS.format(rows=", ".join(["(%s, %s, %s)"] * len(days))), values)


def days_part(store_id: int, days: Collection[date], *, after: Sequence[Part]) -> Part:
    """Return the statement of `raise_days` as the last part of a joint write; `after` are all the others."""
    sql = _RAISED.format(rows=", ".join(["(%s::date)"] * len(days)), after=condition(after))
    return Part("raised", sql, [store_id, *sorted(days)], len(days))


def days_of(starts_at: datetime, ends_at: datetime, time_zone: str) -> set[date]:
    """Return the store's own days that a visit touches."""
    zone = ZoneInfo(time_zone)
    return {starts_at.astimezone(zone).date(), (ends_at - timedelta(seconds=1)).astimezone(zone).date()}


class Taking(Protocol):
    """Anything that takes a desk's time."""

    @property
    def taken_from(self) -> datetime: ...
    @property
    def taken_until(self) -> datetime: ...


def days_taken(one: Taking, time_zone: str) -> set[date]:
    """Return the store's own days on which something takes a desk's time, with the minutes before and after it."""
    return days_of(one.taken_from, one.taken_until, time_zone)


def _are_there(store_id: int, run: Run) -> bool:
    """Tell whether all slots of a run have rows, and lock them: a row's capacity may exceed the desk's."""
    starts = [slot.starts_at for slot in run.slots]
    rows = Slot.objects.filter(store_id=store_id, desk_id=run.desk.id, starts_at__in=starts)
    return len(rows.order_by("starts_at").select_for_update().values_list("pk")) == len(starts)


def _give_back(store_id: int, desk_id: int, starts: Sequence[datetime], *, places: int, from_web: bool) -> None:
    left = F("places_taken") - places
    Slot.objects.filter(store_id=store_id, desk_id=desk_id, starts_at__in=starts).update(
        places_taken=left,
        places_taken_web=F("places_taken_web") - (places if from_web else 0),
        squeezed=Case(When(places_taken__gt=F("capacity") + places, then=left - F("capacity")), default=Value(0)),
    )


def _overlapping(one: Booking | Hold) -> QuerySet[Slot]:
    return Slot.objects.filter(
        store_id=one.store_id,
        desk_id=one.desk_id,
        starts_at__lt=one.taken_until,
        starts_at__gt=one.taken_from - LONGEST_SLOT,
        ends_at__gt=one.taken_from,
    )
