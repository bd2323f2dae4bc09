"""Reminders of visits that are booked, after their store has changed its plan: they follow, as far as they are to come.

The store is locked alone while its plan is saved, and while reminders follow it: no visit is booked or moved meanwhile.
Senders ask nobody; what they have taken is theirs, and each message stays one row of the outbox, so that it goes once.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from booking.bookings.message_plan import plan_reminders
from booking.message_kinds import Kind
from booking.models import Booking, Status
from booking.sending_times import REMINDERS_APART
from notifications.content import NewMessage
from notifications.models import REPLANNED, Channel, OutboxMessage, State
from notifications.replanning import replan
from stores.locks import lock_store_alone
from stores.models import Store

AT_ONCE = 500  # visits in one transaction
_LEFT_OUT = frozenset({State.SKIPPED, State.FAILED, State.DEAD})  # nobody was reminded by them


_TELL_TIME = frozenset({Kind.CONFIRMATION, Kind.CHANGE})
_READ = (Kind.REMINDER, *sorted(_TELL_TIME))


@dataclass(slots=True)
class Differences:
    """What must change for some visits' reminders to follow their store's plan."""

    dropped: list[int] = field(default_factory=list)
    moved: dict[int, datetime] = field(default_factory=dict)
    added: list[NewMessage] = field(default_factory=list)
    visits: int = 0  # how many visits this touches


def visits_with_reminders(store_id: int, *, now: datetime) -> int:
    """Return how many visits of a store are to come, so that a change of its plan concerns them."""
    return _visits(store_id, now=now).count()


def count_touched(store: Store, *, now: datetime) -> int | None:
    """Return how many visits' reminders this plan would change, without writing; None where there are too many to tell.

    `store` has the plan that is asked about, saved or not. Two statements.
    """
    visits = list(_visits(store.pk, now=now)[: AT_ONCE + 1])
    return _differences(visits, store, now=now).visits if len(visits) <= AT_ONCE else None


def follow_plan(store_id: int, *, now: datetime) -> int:
    """Let the reminders of a store's visits follow its plan, if it changed; return how many visits that touched.

    So many visits in each transaction: between two of them others book, and anybody may change the plan once more. Then
    all of them are looked at again.
    """
    touched, after = 0, 0
    plan: object = None
    while True:
        with transaction.atomic():
            store = lock_store_alone(store_id)
            if not store.has_stale_reminders:
                return touched
            if plan is not None and plan != _plan_in(store):
                after = 0
            plan = _plan_in(store)
            count, last = follow_next(store, after=after, now=now)
        touched += count
        if last is None:
            return touched
        after = last


def follow_next(store: Store, *, after: int, now: datetime) -> tuple[int, int | None]:
    """Do so for the next visits of a store that the caller has alone, in its transaction.

    Returns how many it touched, and the id of the last one; None if there are no more: then nothing is stale.
    """
    visits = list(_visits(store.pk, now=now).filter(pk__gt=after)[: AT_ONCE + 1])
    found = _differences(visits[:AT_ONCE], store, now=now)
    replan(dropped=found.dropped, moved=found.moved, added=found.added, now=now)
    if len(visits) > AT_ONCE:
        return found.visits, visits[AT_ONCE - 1].pk
    Store.objects.filter(pk=store.pk).update(has_stale_reminders=False)
    return found.visits, None


def stores_with_stale_reminders() -> list[int]:
    """Return the stores whose visits' reminders do not follow their plan yet."""
    return list(Store.objects.filter(has_stale_reminders=True).order_by("pk").values_list("pk", flat=True))


def _visits(store_id: int, *, now: datetime) -> QuerySet[Booking]:
    visits = Booking.objects.filter(store=store_id, status=Status.CONFIRMED, starts_at__gt=now, erased_at=None)
    return visits.order_by("pk")


def _plan_in(store: Store) -> tuple[object, ...]:
    fields = ("reminder_days", "reminder_hours", "reminder_channel", "messages_from", "messages_until")
    return tuple(getattr(store, name) for name in fields)


def _differences(visits: Sequence[Booking], store: Store, *, now: datetime) -> Differences:
    """Return what must change for these visits; one statement."""
    written: defaultdict[tuple[str, int], list[OutboxMessage]] = defaultdict(list)
    rows = OutboxMessage.objects.filter(subject__in=[visit.reference for visit in visits], kind__in=_READ)
    fields = ("subject", "kind", "sequence", "offset", "channel", "state", "reason", "due_at", "attempted_at")
    for row in rows.only(*fields) if visits else ():
        written[row.subject, row.sequence].append(row)
    found = Differences()
    for visit in visits:
        visit.store = store
        _add_differences(found, visit, written[visit.reference, visit.sequence], now=now)
    return found


def _add_differences(found: Differences, visit: Booking, written: Sequence[OutboxMessage], *, now: datetime) -> None:
    rows = [row for row in written if row.kind == Kind.REMINDER]
    reminders = plan_reminders(visit, now=visit.created_at, told_at=_told_at(visit, written))
    planned = {(one.offset, one.channel): one for one in reminders}
    gone = [row for row in rows if not _may_move(row, now=now)]
    wanted = {place: one for place, one in planned.items() if one.due_at > now and not _is_settled(one, gone)}
    before = (len(found.dropped), len(found.moved), len(found.added))
    for row in rows:
        if not _may_move(row, now=now):
            continue
        one = wanted.pop((row.offset, Channel(row.channel)), None)
        if one is not None and (one.due_at != row.due_at or row.state == State.SKIPPED):
            found.moved[row.pk] = one.due_at
        elif one is None and row.state != State.SKIPPED:
            found.dropped.append(row.pk)
    found.added += wanted.values()
    found.visits += before != (len(found.dropped), len(found.moved), len(found.added))


def _told_at(visit: Booking, written: Iterable[OutboxMessage]) -> datetime:
    """Return when a customer is, or was, last told the time of a visit: as it was booked, or moved."""
    told = (row.due_at for row in written if row.kind in _TELL_TIME and not row.offset and row.state not in _LEFT_OUT)
    return max(told, default=visit.created_at)


def _may_move(row: OutboxMessage, *, now: datetime) -> bool:
    """Tell whether a message waits for its planned time, or was left out by a plan, so that a plan decides about it."""
    if row.state == State.SKIPPED:
        return row.reason == REPLANNED
    return row.state == State.DUE and row.attempted_at is None and not row.reason and row.due_at > now


def _is_settled(one: NewMessage, gone: Iterable[OutboxMessage]) -> bool:
    """Tell whether this reminder went already, or is going, in some way; or one that was too near to it did."""
    return any(
        row.offset == one.offset or (row.state not in _LEFT_OUT and abs(row.due_at - one.due_at) < REMINDERS_APART)
        for row in gone
    )
