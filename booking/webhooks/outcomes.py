"""Outcomes of calls: an event was told, is tried again after a pause, or is given up; a webhook rests or is over."""

import random
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction

from booking.models import OFF_GONE, TellingState, Webhook, WebhookEvent
from booking.webhooks.administration import switch_off
from booking.webhooks.calls import CallResult
from booking.webhooks.claims import LONGEST_REST, write_result
from stores.locks import lock_store_alone

# The pauses after the tries that failed: eleven in three days.
PAUSES = (
    *(timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=1)),
    *(timedelta(hours=hours) for hours in (2, 4, 8, 12, 20, 24)),
)
# A server that takes nothing is asked by one event after a pause, which doubles up to this.
FIRST_REST, LONGEST_OWN_REST = timedelta(seconds=5), timedelta(minutes=15)
_MOST_DOUBLED = 10


def record_result(webhook: Webhook, event: WebhookEvent, result: CallResult, *, now: datetime) -> None:
    """Write down what came of a call."""
    if result.is_gone:
        with suppress(LookupError), transaction.atomic():  # it may have been removed meanwhile
            lock_store_alone(webhook.store_id)  # before the event, as managers do who switch it off at this moment
            write_result(event, state=TellingState.DROPPED, status=result.status, reason=OFF_GONE)
            switch_off(store_id=webhook.store_id, webhook_id=webhook.pk, reason=OFF_GONE, user=None, now=now)
    elif not result.reason:
        write_result(event, state=TellingState.TOLD, status=result.status, reason="")
        Webhook.objects.filter(pk=webhook.pk).update(called_at=now, failures=0, rests_until=None)
    else:
        _try_later(event, result, now=now)
        _rest(webhook, result, now=now)


def _try_later(event: WebhookEvent, result: CallResult, *, now: datetime) -> None:
    if event.attempts > len(PAUSES):
        write_result(event, state=TellingState.FAILED, status=result.status, reason=result.reason)
        return
    spread = random.uniform(1, 1.05)  # noqa: S311 -- only keeps many from coming back at the same second
    pause = max(PAUSES[event.attempts - 1] * spread, timedelta(seconds=result.pause_seconds))
    write_result(event, state=TellingState.DUE, try_at=now + pause, status=result.status, reason=result.reason)


def _rest(webhook: Webhook, result: CallResult, *, now: datetime) -> None:
    """Let a webhook rest whose server takes nothing, so that its other events do not ask one after the other."""
    failures = min(webhook.failures + 1, _MOST_DOUBLED)
    own = min(FIRST_REST * 2 ** (failures - 1), LONGEST_OWN_REST)
    rest = min(max(own, timedelta(seconds=result.pause_seconds)), LONGEST_REST)
    values = {"failures": failures, "rests_until": now + rest} if result.is_away else {}
    Webhook.objects.filter(pk=webhook.pk).update(called_at=now, **values)
