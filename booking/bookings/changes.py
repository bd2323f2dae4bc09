"""Consequences of a change of a visit, once it is saved: a line of history, messages, the days' versions."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS

from booking.bookings.message_plan import plan_messages
from booking.message_kinds import Kind
from booking.models import Booking, BookingEvent, EventKind, WebhookEvent
from booking.models.joint_writes import Part, can_join_writes, insert_part, write_jointly
from booking.places.claims import days_part, raise_days
from booking.webhooks.events import visit_events
from booking.who import Who
from notifications import outbox
from notifications.content import NewMessage

RAISED_BY_CALLER: Final[Collection[date]] = ()
"""For `days`, where the caller has more to lock and raises the days itself, last of all."""


def note_change(  # noqa: PLR0913 -- the one closing call of every change, with what differs between them
    booking: Booking,
    event: EventKind,
    *,
    who: Who,
    days: Collection[date],
    from_status: str | None = None,
    from_starts_at: datetime | None = None,
    happened_at: datetime | None = None,
    action_id: UUID | None = None,
    undoes: BookingEvent | None = None,
    skip_unsent: str = "",
    tell: Kind | None = None,
    told_as: str = "",
) -> None:
    """Finish a change of a visit in the transaction that saved it: write history, messages, events, and days last.

    `days` are the store's local days that have changed, or RAISED_BY_CALLER if more locks follow. `from_status` is the
    status before, if it changed. If a reason `skip_unsent` is given, unsent messages are first skipped for that reason.
    `tell` sends the customer messages of this kind; `told_as` distinguishes several messages of one kind. The events
    are for the store's webhooks. On PostgreSQL one statement writes all that is new.
    """
    line = BookingEvent(
        booking=booking, kind=event, at=who.now, happened_at=happened_at or who.now, actor=who.actor, user=who.user,
        from_status=booking.status if from_status is None else from_status,
        to_status=booking.status,
        from_starts_at=from_starts_at,
        to_starts_at=booking.starts_at if from_starts_at else None,
        action_id=action_id,
        undoes=undoes,
    )  # fmt: skip
    if skip_unsent:
        outbox.skip_open(subject=booking.reference, reason=skip_unsent, now=who.now)
    messages = [] if tell is None else plan_messages(booking, kind=tell, who=who, offset=told_as)
    _write_change(line, messages, visit_events(booking, event, now=who.now), days, now=who.now)
    outbox.ring_if_due(messages, now=who.now)


def _write_change(
    line: BookingEvent,
    messages: Sequence[NewMessage],
    told: Sequence[WebhookEvent],
    days: Collection[date],
    *,
    now: datetime,
) -> None:
    """Write what is new of a change, the days last of all."""
    store_id = line.booking.store_id
    if can_join_writes():
        written = insert_part("line", [line])
        closing = _closing_parts(store_id, messages, told, days, after=[written], now=now)
        write_jointly([written, *closing], returning=written)
    else:
        line.save(force_insert=True)
        outbox.enqueue(messages, now=now)
        WebhookEvent.objects.bulk_create(told)
        raise_days(store_id, days)


def write_new_visit(booking: Booking, claim: Part | None, *, who: Who, days: Collection[date]) -> bool:
    """Write a new visit, the first line of its history and its messages, and raise its days; tell whether it was.

    `claim` takes its places by the same statement: where it finds too few left, nothing is written. None: they have
    been taken.
    """
    if not can_join_writes():
        booking.save(force_insert=True)
        note_change(booking, EventKind.BOOKED, who=who, days=days, from_status="", tell=Kind.CONFIRMATION)
        return True
    first = [claim] if claim else []
    visit = insert_part("visit", [booking], after=first)
    line = BookingEvent(
        kind=EventKind.BOOKED, at=who.now, happened_at=who.now, actor=who.actor, user=who.user, to_status=booking.status
    )
    line_of_it = insert_part("line", [line], after=[visit], key="booking_id")
    messages = plan_messages(booking, kind=Kind.CONFIRMATION, who=who)
    told = visit_events(booking, EventKind.BOOKED, now=who.now)
    others = _closing_parts(booking.store_id, messages, told, days, after=[line_of_it], now=who.now)
    found = write_jointly([*first, visit, line_of_it, *others], returning=visit)
    if found:
        booking.pk, booking._state.adding, booking._state.db = found[0], False, DEFAULT_DB_ALIAS
        outbox.ring_if_due(messages, now=who.now)
    return bool(found)


def _closing_parts(
    store_id: int,
    messages: Sequence[NewMessage],
    events: Sequence[WebhookEvent],
    days: Collection[date],
    *,
    after: list[Part],
    now: datetime,
) -> list[Part]:
    """Return the messages of a change, what webhooks are told, and its days, last of all, as parts of a joint write."""
    told = [insert_part("messages", outbox.new_rows(messages, now=now), after=after, keep=True)] if messages else []
    if events:
        told.append(insert_part("events", events, after=after))
    return [*told, *([days_part(store_id, days, after=[*after, *told])] if days else [])]
