"""Queries of the outbox. Nothing here writes."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import Count, Min, Q

from notifications.models import OPEN_STATES, REPLANNED, Channel, OutboxMessage, State

# Reasons of texts that were not sent because of a limit.
OVER_A_SHARE = ("budget", "prefix_limit", "hourly_budget")
# Plain SQL: each look at a day asks this.
_REFUSED_TEXTS = f"""
SELECT reason, COUNT(*) FROM notifications_outboxmessage
WHERE account = %s AND channel = 'sms' AND state = 'skipped' AND updated_at >= %s
  AND reason IN ({", ".join(["%s"] * len(OVER_A_SHARE))})
GROUP BY reason
"""  # noqa: S608 -- placeholders alone
# All messages, in words that let the index of claims find those of a state that are due among many that are not.
_BY_INDEX = {"channel__in": Channel.values, "is_planned__in": (False, True)}


def counts() -> dict[str, int]:
    """Return how many messages there are in each state."""
    found = dict(OutboxMessage.objects.order_by().values_list("state").annotate(Count("pk")))
    return {state: found.get(state, 0) for state in State.values}


def open_counts(*, now: datetime) -> dict[str, int]:
    """Return how many messages are due by now, under way, or left to a person, by state, with one statement."""
    states = (*OPEN_STATES, State.UNKNOWN, State.DEAD)
    waiting = OutboxMessage.objects.filter(**_BY_INDEX, state__in=states, due_at__lte=now)
    found = dict(waiting.order_by().values_list("state").annotate(Count("pk")))
    return {state.value: found.get(state, 0) for state in states}


def oldest_due_seconds(*, now: datetime) -> int:
    """Return how many seconds the oldest due message has waited."""
    waiting = OutboxMessage.objects.filter(**_BY_INDEX, state__in=OPEN_STATES, due_at__lte=now)
    oldest = waiting.aggregate(due_at=Min("due_at"))
    return int((now - oldest["due_at"]).total_seconds()) if oldest["due_at"] else 0


def due_offsets(*, subject: str, kind: str, sequence: int, by: datetime) -> set[str]:
    """Return the offsets of the messages of a kind about a subject that are due, or were, by an instant.

    Those that a later plan left out were not.
    """
    same = OutboxMessage.objects.filter(subject=subject, kind=kind, sequence=sequence, due_at__lt=by)
    same = same.exclude(state=State.SKIPPED, reason=REPLANNED)
    return set(same.values_list("offset", flat=True))


def refused_texts(*, account: str, since: datetime) -> dict[str, int]:
    """Return how many texts of a store a limit stopped since an instant, by reason, with one statement."""
    moment = connection.ops.adapt_datetimefield_value(since)
    with connection.cursor() as cursor:
        cursor.execute(_REFUSED_TEXTS, [account, moment, *OVER_A_SHARE])
        return dict(cursor.fetchall())


def messages_of(
    *, account: str, states: Collection[str], older_than: tuple[datetime, int] | None, limit: int
) -> list[OutboxMessage]:
    """Return the messages of an account in some states, the newest change first; one statement.

    `older_than` is the change and the id of the last one seen.
    """
    found = OutboxMessage.objects.filter(account=account, state__in=states)
    if older_than is not None:
        at, pk = older_than
        found = found.filter(Q(updated_at__lt=at) | Q(updated_at=at, pk__lt=pk), updated_at__lte=at)
    return list(found.order_by("-updated_at", "-pk")[:limit])
