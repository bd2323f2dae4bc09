"""Queries of the outbox. Nothing here writes."""

from datetime import datetime

from django.db.models import Count, Min

from notifications.models import OPEN_STATES, Channel, OutboxMessage, State

# Reasons of texts that were not sent because of a limit.
OVER_A_SHARE = ("budget", "prefix_limit", "hourly_budget")


def counts() -> dict[str, int]:
    """Return how many messages there are in each state."""
    found = dict(OutboxMessage.objects.order_by().values_list("state").annotate(Count("pk")))
    return {state: found.get(state, 0) for state in State.values}


def oldest_due_seconds(*, now: datetime) -> int:
    """Return how many seconds the oldest due message has waited."""
    oldest = OutboxMessage.objects.filter(state__in=OPEN_STATES, due_at__lte=now).aggregate(due_at=Min("due_at"))
    return int((now - oldest["due_at"]).total_seconds()) if oldest["due_at"] else 0


def due_offsets(*, subject: str, kind: str, sequence: int, by: datetime) -> set[str]:
    """Return the offsets of the messages of a kind about a subject that are due, or were, by an instant."""
    same = OutboxMessage.objects.filter(subject=subject, kind=kind, sequence=sequence, due_at__lt=by)
    return set(same.values_list("offset", flat=True))


def refused_texts(*, account: str, since: datetime) -> dict[str, int]:
    """Return how many texts of a store a limit stopped since an instant, by reason, with one statement."""
    refused = OutboxMessage.objects.filter(
        account=account, channel=Channel.SMS, state=State.SKIPPED, updated_at__gte=since, reason__in=OVER_A_SHARE
    )
    return dict(refused.order_by().values_list("reason").annotate(Count("pk")))
