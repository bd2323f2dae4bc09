"""Delivery receipts: the provider's later reports of whether messages arrived.

A message that did not arrive is sent once more if that may help in time; else it goes by e-mail, or to a person.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from notifications import circuits, outbox, provider_texts
from notifications.answers import Barred, Failure, Later, OnceMore, Puzzling
from notifications.models import Channel, OutboxMessage, State
from notifications.tallies import add_settled

ONCE_MORE_AFTER = timedelta(hours=1)
LONGEST_PAUSE = timedelta(hours=1)
MOST_RETURNS = 24  # for a message that finds a full queue each time
_RANK = {State.SENT: 1, State.DELIVERED: 2, State.FAILED: 2}

log = logging.getLogger(__name__)


def take(*, message: OutboxMessage, state: State, provider_sid: str, now: datetime) -> bool:
    """Record that a message is on its way or arrived: states only advance, from unknown ones too.

    If the provider has sent a message twice, the one whose id we store counts. A receipt may come before the worker
    has settled the message, which is counted as sent then.
    """
    _note_new(message, provider_sid, now=now)
    awaited = _awaited(message, state, provider_sid)
    sid = outbox.sid_kept(provider_sid or message.provider_sid)
    news = {"state": state, "reason": "", "provider_sid": sid, **outbox.NO_LEASE, "updated_at": now}
    with transaction.atomic():
        if awaited.filter(state=State.SENDING).update(**news):
            add_settled([message], State.SENT, now=now)
            return True
        return bool(awaited.update(**news))


def take_failure(
    *, message: OutboxMessage, failure: Failure, provider_sid: str, now: datetime, is_held: bool = False
) -> bool:
    """Record that a message did not arrive; `is_held`: the caller has its lease and asked the provider."""
    _note_new(message, provider_sid, now=now)
    try_at = next_try(failure, returns=message.returns, not_after=message.not_after, now=now)
    same = _awaited(message, State.FAILED, provider_sid)
    if is_held:
        same = same.filter(state=State.SENDING, lease_token=message.lease_token)
    with transaction.atomic():
        is_news = (
            _end(same, failure, provider_sid, now=now)
            if try_at is None
            else _again(same, failure, provider_sid, returns=message.returns + 1, try_at=try_at, now=now)
        )
        goes_otherwise = try_at is None or isinstance(failure, OnceMore)
        if is_news and goes_otherwise and message.channel == Channel.SMS:
            outbox.send_instead(message, Channel.EMAIL, now=now)
    if is_news and isinstance(failure, Barred):
        circuits.note_trouble(Channel(message.channel), reason=failure.reason, opens=True, now=now)
    if is_news and failure.reason == "filtered":
        log.error("message_filtered", extra={"message_id": message.pk})
    return is_news


def _note_new(message: OutboxMessage, provider_sid: str, *, now: datetime) -> None:
    """Note a text of which only the receipt tells: the answer to the call that sent it was lost."""
    if message.channel == Channel.SMS and provider_sid not in ("", message.provider_sid):
        provider_texts.note_texts([(provider_sid, message.pk)], now=now)


def next_try(failure: Failure, *, returns: int, not_after: datetime, now: datetime) -> datetime | None:
    """Return when a message that failed this many times before is sent again; None for never."""
    match failure:
        case Later(_, after_seconds):
            pause = max(timedelta(seconds=after_seconds), min(timedelta(minutes=5) * 2**returns, LONGEST_PAUSE))
            is_over = returns >= MOST_RETURNS
        case OnceMore():
            pause, is_over = ONCE_MORE_AFTER, returns >= 1
        case Barred() | Puzzling():
            pause, is_over = timedelta(minutes=15) * 2**returns, returns >= 2
        case _:
            return None
    return None if is_over or now + pause >= not_after else now + pause


def _again(
    same: QuerySet[OutboxMessage], failure: Failure, sid: str, *, returns: int, try_at: datetime, now: datetime
) -> bool:
    """Send a message again as if it had never been sent: the provider's reports of that try no longer count."""
    return bool(
        same.update(
            state=State.DUE,
            reason=failure.reason[:120],
            try_at=try_at,
            attempted_at=None,
            body_digest="",
            provider_sid="",
            returned_sid=outbox.sid_kept(sid),
            returns=returns,
            failures=0,
            **outbox.NO_LEASE,
            updated_at=now,
        )
    )


def _end(same: QuerySet[OutboxMessage], failure: Failure, sid: str, *, now: datetime) -> bool:
    state = State.DEAD if isinstance(failure, Barred | Puzzling) else State.FAILED
    named = {"provider_sid": outbox.sid_kept(sid)} if sid else {}
    return bool(same.update(state=state, reason=failure.reason[:120], **named, **outbox.NO_LEASE, updated_at=now))


def _awaited(message: OutboxMessage, state: State, provider_sid: str) -> QuerySet[OutboxMessage]:
    """Return the message if such a report about this try is new."""
    behind = [one for one, rank in _RANK.items() if rank < _RANK[state]]
    awaited = Q(state__in=(State.SENDING, State.UNKNOWN, *behind)) | Q(
        state__in=(State.DUE, State.DEAD), attempted_at__isnull=False
    )
    same = OutboxMessage.objects.filter(awaited, pk=message.pk)
    if provider_sid:
        same = same.filter(provider_sid__in=("", provider_sid)).exclude(returned_sid=provider_sid)
    return same
