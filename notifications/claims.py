"""Claims: one worker takes messages that are due, or that a worker left behind, under a lease.

Messages that were due when they were written come before those that were planned. Of the former, a store that already
has many on their way comes after the others, so that a day that closes does not keep a customer elsewhere waiting.
"""

import uuid
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from notifications.held_rows import prepare
from notifications.models import Channel, OutboxMessage, State
from notifications.outbox import LEASE

# No pause between two tries and no lease is longer than this; a longer one was written by a clock that ran ahead.
LONGEST_PAUSE = timedelta(hours=2)
# So was what happened later than this after now: the clocks of two hosts are nearer to each other.
CLOCKS_APART = timedelta(minutes=2)
MOST_ATTEMPTS = 9999  # counted; there may be more
# A message that was left behind so often is taken one at a time: it may be what brings workers down, and the others
# of its claim must not be left behind with it each time.
MOST_TOGETHER = 3
# A common table expression, because PostgreSQL may evaluate a subquery with a limit more than once.
_CLAIM = """
WITH chosen (chosen_id) AS ({chosen})
UPDATE notifications_outboxmessage
SET attempts = CASE WHEN attempts < %s THEN attempts + 1 ELSE attempts END,
    failures = CASE WHEN state = %s THEN failures + 1 ELSE failures END,
    left_behind = CASE WHEN state = %s THEN left_behind ELSE left_behind + 1 END,
    attempted_at = CASE WHEN attempted_at > %s THEN %s ELSE attempted_at END,
    state = %s, lease_until = %s, lease_token = %s, updated_at = %s
WHERE id IN (SELECT chosen_id FROM chosen)
RETURNING *
"""


def claim_due(
    *, now: datetime, limit: int, channel: Channel, crowding: Collection[str] = (), only_new: bool = False
) -> list[OutboxMessage]:
    """Claim messages of a channel with a new lease, and count the try; one statement for each sort of them.

    First come those that a worker left behind: with `attempted_at`, they may have been sent already. `crowding` names
    the accounts that come after the others, and `only_new` leaves out all that may be under way. No lock is taken if
    nothing is due.
    """
    claimed = [] if only_new else _claim_left_behind(channel, now=now, limit=limit)
    for waiting in _due(channel, now=now, crowding=crowding):
        if only_new:
            waiting = waiting.filter(attempted_at=None)
        if len(claimed) < limit and waiting.exists():
            claimed += _claim(waiting, now=now, limit=limit - len(claimed))
    return claimed


def waits(channel: Channel, *, now: datetime) -> bool:
    """Tell whether a message of a channel could be claimed now."""
    return any(waiting.exists() for waiting in (_left_behind(channel, now=now), *_due(channel, now=now)))


def _left_behind(channel: Channel, *, now: datetime) -> QuerySet[OutboxMessage]:
    is_over = Q(lease_until__lt=now) | Q(lease_until__gt=now + LONGEST_PAUSE) | _of_later(now)
    return OutboxMessage.objects.filter(is_over, state=State.SENDING, channel=channel, due_at__lte=now)


def _claim_left_behind(channel: Channel, *, now: datetime, limit: int) -> list[OutboxMessage]:
    left_behind = _left_behind(channel, now=now)
    most_often = left_behind.order_by("-left_behind").values_list("left_behind", flat=True).first()
    if most_often is None:
        return []
    if most_often < MOST_TOGETHER:
        return _claim(left_behind, now=now, limit=limit)
    claimed = _claim(left_behind.filter(left_behind__gte=MOST_TOGETHER), now=now, limit=1)
    if len(claimed) < limit:
        claimed += _claim(left_behind.filter(left_behind__lt=MOST_TOGETHER), now=now, limit=limit - len(claimed))
    return claimed


def _due(channel: Channel, *, now: datetime, crowding: Collection[str] = ()) -> Iterator[QuerySet[OutboxMessage]]:
    """Yield messages that are due, in the order in which they are claimed."""
    is_time = Q(try_at__lte=now) | Q(try_at__gt=now + LONGEST_PAUSE) | _of_later(now)
    due = OutboxMessage.objects.filter(is_time, state=State.DUE, channel=channel, due_at__lte=now)
    if crowding:
        yield due.filter(is_planned=False).exclude(account__in=crowding)
    yield due.filter(is_planned=False)
    yield due.filter(is_planned=True)


def _of_later(now: datetime) -> Q:
    """Return what tells messages that a clock that ran ahead wrote, and holds back."""
    return Q(updated_at__gt=now + CLOCKS_APART) | Q(attempted_at__gt=now + CLOCKS_APART)


@transaction.atomic
def _claim(waiting: QuerySet[OutboxMessage], *, now: datetime, limit: int) -> list[OutboxMessage]:
    chosen = waiting.order_by("due_at", "pk").select_for_update(skip_locked=True).values("pk")[:limit]
    sql, parameters = chosen.query.sql_with_params()
    counted = [MOST_ATTEMPTS, State.DUE.value, State.DUE.value]
    dates = [prepare("attempted_at", at) for at in (now + CLOCKS_APART, now)]
    lease = [prepare("lease_until", now + LEASE), prepare("lease_token", uuid.uuid4()), prepare("updated_at", now)]
    values = [*parameters, *counted, *dates, State.SENDING.value, *lease]
    rows = sorted(
        OutboxMessage.objects.raw(_CLAIM.format(chosen=sql), values), key=lambda message: (message.due_at, message.pk)
    )
    for message in rows:
        message.is_misdated = message.attempted_at == now
    return rows
