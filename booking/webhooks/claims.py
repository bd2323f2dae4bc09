"""Claims of events that are due: each with a lease, at most one of a subject at once, so that their order is kept.

As in the outbox, a short transaction claims an event before the call, and only the holder of the lease writes what came
of it. Whoever dies between leaves an event that is sent again under the same id.
"""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from booking.models import OPEN_TELLING, TellingState, Webhook, WebhookEvent
from notifications.claims import CLOCKS_APART

# Longer than any call.
LEASE = timedelta(seconds=30)
# No pause is longer; a time further ahead was written by a clock that ran ahead.
LONGEST_PAUSE = timedelta(hours=30)
LONGEST_REST = timedelta(hours=1)


def waiting_webhooks(*, now: datetime, limit: int, but: Collection[int]) -> list[Webhook]:
    """Return webhooks that have an event to be told now and do not rest, those called longest ago first."""
    does_not_rest = Q(rests_until=None) | Q(rests_until__lte=now) | Q(rests_until__gt=now + 2 * LONGEST_REST)
    does_not_rest |= Q(called_at__gt=now + CLOCKS_APART)
    due = _due(now).filter(webhook_id=OuterRef("pk"))
    waiting = Webhook.objects.filter(does_not_rest, Exists(due), is_on=True).exclude(pk__in=but)
    return list(waiting.order_by(F("called_at").asc(nulls_first=True), "pk")[:limit])


@transaction.atomic
def claim_event(webhook_id: int, *, now: datetime) -> WebhookEvent | None:
    """Claim the next event of a webhook and count the try; None if another worker was first."""
    due = _due(now).filter(webhook_id=webhook_id).order_by("try_at", "pk")
    event = due.select_for_update(skip_locked=True).first()
    if event is None:
        return None
    event.state, event.lease_until, event.lease_token = TellingState.CALLING, now + LEASE, uuid.uuid4()
    event.attempts, event.tried_at = event.attempts + 1, now
    event.save(update_fields=["state", "lease_until", "lease_token", "attempts", "tried_at"])
    return event


def write_result(event: WebhookEvent, *, state: TellingState, **values: object) -> bool:
    """Write what came of a claimed event; False if somebody else holds it by now."""
    held = WebhookEvent.objects.filter(pk=event.pk, lease_token=event.lease_token, state=TellingState.CALLING)
    return bool(held.update(state=state, lease_until=None, lease_token=None, **values))


def _due(now: datetime) -> QuerySet[WebhookEvent]:
    """Return events that are due, or that a worker left behind, without an open one of the same subject before them."""
    longest, ran_ahead = now + LONGEST_PAUSE, Q(tried_at__gt=now + CLOCKS_APART)
    is_due = Q(state=TellingState.DUE) & (Q(try_at__lte=now) | Q(try_at__gt=longest) | ran_ahead)
    is_left = Q(state=TellingState.CALLING) & (Q(lease_until__lt=now) | Q(lease_until__gt=longest) | ran_ahead)
    before = WebhookEvent.objects.filter(
        webhook_id=OuterRef("webhook_id"), subject=OuterRef("subject"), pk__lt=OuterRef("pk"), state__in=OPEN_TELLING
    )
    return WebhookEvent.objects.filter(is_due | is_left).exclude(Exists(before))
