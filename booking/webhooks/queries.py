"""Questions about a store's webhooks, for the set-up."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from booking.models import OPEN_TELLING, TellingState, WebhookEvent
from booking.webhooks.signatures import open_address
from stores.models import Store

EVENTS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """An event as a manager sees it."""

    id: int
    type: str
    subject: str
    at: datetime
    tried_at: datetime | None
    try_at: datetime | None  # the next try, None if there is none
    state: str
    attempts: int
    status: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class ShownWebhook:
    """A webhook as a manager sees it, with its last events, newest first."""

    id: int
    host: str
    address: str
    is_on: bool
    off_reason: str
    previous_until: datetime | None
    open: int
    missed: int
    events: tuple[ToldEvent, ...]


def store_webhooks(store: Store, *, now: datetime) -> list[ShownWebhook]:
    """Return a store's webhooks with the last events of all of them, in two statements."""
    counted = store.webhooks.annotate(
        open=Count("events", filter=Q(events__state__in=OPEN_TELLING)),
        missed=Count("events", filter=Q(events__state__in=(TellingState.FAILED, TellingState.DROPPED))),
    )
    webhooks = list(counted.order_by("pk"))
    if not webhooks:
        return []
    events: dict[int, list[ToldEvent]] = defaultdict(list)
    for event in WebhookEvent.objects.filter(store_id=store.pk).order_by("-at", "-pk")[:EVENTS_SHOWN]:
        events[event.webhook_id].append(_shown(event))
    return [
        ShownWebhook(
            one.pk, one.host, open_address(one), one.is_on, one.off_reason,
            one.previous_until if one.previous_until and one.previous_until > now else None,
            one.open, one.missed, tuple(events[one.pk]),
        )
        for one in webhooks
    ]  # fmt: skip


def _shown(event: WebhookEvent) -> ToldEvent:
    return ToldEvent(
        event.pk, event.type, event.subject, event.at, event.tried_at,
        event.try_at if event.state == TellingState.DUE else None,
        event.state, event.attempts, event.status, event.reason,
    )  # fmt: skip
