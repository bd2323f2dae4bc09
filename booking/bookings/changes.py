"""Consequences of a change of a visit, once it is saved: a line of history, messages, the days' versions."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Final
from uuid import UUID

from booking.bookings.message_plan import plan_messages
from booking.message_kinds import Kind
from booking.models import Booking, BookingEvent, EventKind
from booking.places.claims import raise_days
from booking.who import Who
from notifications import outbox

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
    """Finish a change of a visit in the transaction that saved it: write history, then messages, and days last.

    `days` are the store's local days that have changed, or RAISED_BY_CALLER if more locks follow. `from_status` is the
    status before, if it changed. If a reason `skip_unsent` is given, unsent messages are skipped for that reason.
    `tell` sends the customer messages of this kind; `told_as` distinguishes several messages of one kind.
    """
    BookingEvent.objects.create(
        booking=booking,
        kind=event,
        at=who.now,
        happened_at=happened_at or who.now,
        actor=who.actor,
        user=who.user,
        from_status=booking.status if from_status is None else from_status,
        to_status=booking.status,
        from_starts_at=from_starts_at,
        to_starts_at=booking.starts_at if from_starts_at else None,
        action_id=action_id,
        undoes=undoes,
    )
    if skip_unsent:
        outbox.skip_open(subject=booking.reference, reason=skip_unsent, now=who.now)
    if tell is not None:
        outbox.enqueue(plan_messages(booking, kind=tell, who=who, offset=told_as), now=who.now)
    raise_days(booking.store_id, days)
