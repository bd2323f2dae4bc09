"""Events of a store's visits and line, written for its webhooks in the transaction of what happened.

They name things and times, and no person. Where a store has no webhook that is on, nothing is read or written: its row,
which each change reads anyway, says so.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from booking.models import Booking, EventKind, Ticket, WebhookEvent
from booking.subjects import Subject
from stores.models import Store

CHANGED: Final = "visit.changed"
TICKET_CALLED: Final = "ticket.called"
TRIAL: Final = "webhook.trial"
# What each line of a visit's history is to others; a visit that was erased is read again, without its person.
TYPES: Final[Mapping[EventKind, str]] = {
    EventKind.BOOKED: "visit.created",
    EventKind.RESCHEDULED: CHANGED,
    EventKind.ATTENDANCE_CONFIRMED: CHANGED,
    EventKind.STARTED: CHANGED,
    EventKind.UNDONE: CHANGED,
    EventKind.ERASED: CHANGED,
    EventKind.CONTACT_CORRECTED: CHANGED,
    EventKind.CANCELLED: "visit.cancelled",
    EventKind.CHECKED_IN: "visit.arrived",
    EventKind.COMPLETED: "visit.completed",
    EventKind.NO_SHOW: "visit.no_show",
}
# What of a visit's history stays in the house.
UNTOLD: Final = frozenset(
    {
        *(EventKind.SAID_LATE, EventKind.NOTIFIED, EventKind.PHONED),
        *(EventKind.TEXTS_STOPPED, EventKind.TEXTS_RESUMED, EventKind.TEXTED_AT_NIGHT),
    }
)


def visit_events(booking: Booking, kind: EventKind, *, now: datetime) -> list[WebhookEvent]:
    """Return the events that tell a store's webhooks of a change of a visit, for the caller to write."""
    if not booking.store.webhook_ids or kind in UNTOLD:
        return []
    zone = ZoneInfo(booking.store.time_zone)
    facts = {
        "store": booking.store.slug,
        "reference": booking.reference,
        "status": booking.status,
        "visit_type": booking.visit_type.slug,
        "desk": booking.desk.slug,
        "starts_at": _local(booking.starts_at, zone),
        "ends_at": _local(booking.ends_at, zone),
        "sequence": booking.sequence,
    }
    return _events(booking.store, TYPES[kind], booking.reference, facts, now=now)


def write_ticket_called(store: Store, ticket: Ticket, *, now: datetime) -> None:
    """Tell a store's webhooks that somebody in its line was called, in the caller's transaction.

    `ticket` has its desk as of now, and its booking if it is that of a visit.
    """
    if not store.webhook_ids:
        return
    booking = ticket.booking
    facts = {
        "store": store.slug,
        "ticket": ticket.number,
        "reference": booking.reference if booking else None,
        "visit_type": ticket.visit_type.slug,
        "desk": ticket.desk.slug,
        "called_at": _local(now, ZoneInfo(store.time_zone)),
    }
    subject = booking.reference if booking else str(Subject.ticket(ticket.pk))
    WebhookEvent.objects.bulk_create(_events(store, TICKET_CALLED, subject, facts, now=now))


def trial_event(webhook_id: int, store: Store, *, now: datetime) -> WebhookEvent:
    """Return an event by which a manager sees whether a webhook works, for the caller to write."""
    return _event(webhook_id, store, TRIAL, f"trial/{now.timestamp():.0f}", {"store": store.slug}, now=now)


def _events(store: Store, kind: str, subject: str, facts: Mapping[str, Any], *, now: datetime) -> list[WebhookEvent]:
    return [_event(int(one), store, kind, subject, facts, now=now) for one in store.webhook_ids.split(",")]


def _event(
    webhook_id: int, store: Store, kind: str, subject: str, facts: Mapping[str, Any], *, now: datetime
) -> WebhookEvent:
    return WebhookEvent(
        webhook_id=webhook_id, store_id=store.pk, type=kind, subject=subject, facts=facts, at=now, try_at=now
    )


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")
