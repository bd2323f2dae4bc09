"""What people decide about messages in the outbox: to send them after all, or not at all."""

from datetime import datetime

from django.db.models import Case, F, Q, QuerySet, When
from django.db.models import Value as Fixed
from django.db.models.functions import Greatest

from notifications.models import OPEN_STATES, Channel, OutboxMessage, State
from notifications.outbox import NO_LEASE, UNSETTLED_STATES, ring_on_commit


def retry(*, messages: QuerySet[OutboxMessage], now: datetime) -> int:
    """Retry messages that need a decision; for those that may have been sent, ask the provider first."""
    waiting = messages.filter(state__in=(State.UNKNOWN, State.DEAD, State.FAILED, State.DUE))
    # A failed message has not arrived. A mail server has no list, so for an e-mail only the person's word counts.
    is_to_go_anew = Q(state=State.FAILED) | Q(channel=Channel.EMAIL)
    count = waiting.update(
        attempted_at=Case(When(is_to_go_anew, then=Fixed(None)), default=F("attempted_at")),
        provider_sid=Case(When(is_to_go_anew, then=Fixed("")), default=F("provider_sid")),
        state=State.DUE,
        reason="",
        attempts=0,
        failures=0,
        left_behind=0,
        try_at=Greatest("due_at", Fixed(now)),
        updated_at=now,
    )
    if count:
        ring_on_commit()
    return count


def drop(*, messages: QuerySet[OutboxMessage], now: datetime) -> int:
    """Settle messages as dropped: they are not sent."""
    return messages.filter(state__in=UNSETTLED_STATES).update(
        state=State.SKIPPED, reason="dropped", **NO_LEASE, updated_at=now
    )


def after_restore(*, now: datetime) -> int:
    """Hold back messages that may have been sent between a backup and now; return how many."""
    return OutboxMessage.objects.filter(state__in=OPEN_STATES, due_at__lte=now).update(
        state=State.SKIPPED, reason="restored", **NO_LEASE, updated_at=now
    )
