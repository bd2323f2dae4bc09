"""The outbox: all writes to the table of messages. The table is the truth, the queue only a doorbell.

A message is claimed with a lease, and the try counted, in a short transaction before the provider is called; no
transaction is open during the call; what came of it is written by the holder of the lease alone.
"""

import logging
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Min, Q, QuerySet
from django_q.tasks import async_task

from notifications.content import NewMessage
from notifications.digests import body_digest, recipient_digest
from notifications.models import OPEN_STATES, Channel, Kind, OptOut, OutboxMessage, State

# Longer than any one try lasts (15 s), short enough that a crash delays a message by a minute at most.
LEASE = timedelta(seconds=60)
NUMBER_WINDOW = timedelta(hours=24)
NUMBER_MESSAGES = 5
LEASE_LOST = "lease_lost"
UNSETTLED_STATES = (*OPEN_STATES, State.UNKNOWN, State.DEAD, State.FAILED)
_RANK = {State.SENT: 1, State.DELIVERED: 2, State.FAILED: 2}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one message, as staff and customers are told."""

    kind: str
    channel: str
    state: str
    reason: str
    at: datetime


def enqueue(messages: Sequence[NewMessage], *, now: datetime) -> None:
    """Write messages in the caller's transaction; those written before are left as they are."""
    if not messages:
        return
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                account=message.account,
                subject=message.subject,
                kind=message.kind,
                sequence=message.sequence,
                offset=message.offset,
                channel=message.channel,
                due_at=message.due_at,
                not_after=message.not_after,
                try_at=message.due_at,
                created_at=now,
                updated_at=now,
            )
            for message in messages
        ],
        ignore_conflicts=True,
    )
    if any(message.due_at <= now for message in messages):
        transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Ask a worker to look at the outbox now; where the queue is away, the minute's sweep finds what is due."""
    try:
        async_task("notifications.tasks.deliver_due")
    except Exception as error:  # noqa: BLE001 -- whatever the queue's trouble, the message is safely in the table
        log.warning("doorbell_failed", extra={"error": type(error).__name__})


def skip_open(*, subject: str, reason: str, now: datetime, kinds: Collection[Kind] | None = None) -> int:
    """Settle what is still due about a subject as not needed any more; return how many there were."""
    due = OutboxMessage.objects.filter(subject=subject, state=State.DUE)
    if kinds is not None:
        due = due.filter(kind__in=kinds)
    return due.update(state=State.SKIPPED, reason=reason, updated_at=now)


def forget(*, subjects: Collection[str], now: datetime) -> None:
    """Drop what could tell who the messages about these subjects went to."""
    messages = OutboxMessage.objects.filter(subject__in=subjects)
    messages.filter(state__in=(State.DUE, State.UNKNOWN, State.DEAD)).update(state=State.SKIPPED, reason="erased")
    messages.update(recipient_digest="", body_digest="", provider_sid="", updated_at=now)


def deliveries(subjects: Collection[str]) -> Mapping[str, Sequence[Delivery]]:
    """Return what became of the messages about each subject, oldest first, with one statement."""
    found: dict[str, list[Delivery]] = defaultdict(list)
    if subjects:
        rows = OutboxMessage.objects.filter(subject__in=subjects).order_by("due_at", "pk")
        fields = ("subject", "kind", "channel", "state", "reason", "updated_at")
        for subject, kind, channel, state, reason, at in rows.values_list(*fields):
            found[subject].append(Delivery(kind, channel, state, reason, at))
    return found


def claim_due(*, now: datetime, limit: int) -> list[OutboxMessage]:
    """Take what is due, and what a worker left behind, under a lease of our own; count the try.

    A claimed message that was `sending` already has an unclear past: `attempted_at` says whether it may have left.
    """
    is_open = Q(state=State.DUE, try_at__lte=now) | Q(state=State.SENDING, lease_until__lt=now)
    with transaction.atomic():
        claimed = list(
            OutboxMessage.objects.filter(is_open).order_by("try_at", "pk").select_for_update(skip_locked=True)[:limit]
        )
        token = uuid.uuid4()
        for message in claimed:
            message.state = State.SENDING
            message.attempts += 1
            message.lease_until, message.lease_token, message.updated_at = now + LEASE, token, now
        OutboxMessage.objects.bulk_update(claimed, ["state", "attempts", "lease_until", "lease_token", "updated_at"])
    return claimed


@transaction.atomic
def begin_text(message: OutboxMessage, *, phone: str, body: str, budget_since: datetime, now: datetime) -> str:
    """Note, before the provider is called, that a text may leave now; return why it must not, "" where it may.

    A number's and a store's share are counted under a lock, so that two workers do not both take the last one.
    """
    number = recipient_digest(phone)
    _queue_up(number)
    is_first_try = message.attempted_at is None
    if OptOut.objects.filter(phone_digest=number).exists():
        return "opted_out"
    if (
        is_first_try
        and settings.RATE_LIMITS
        and _texts(now - NUMBER_WINDOW, recipient_digest=number) >= NUMBER_MESSAGES
    ):
        return "number_limit"
    if is_first_try and _texts(budget_since, account=message.account) >= settings.SMS_DAILY_BUDGET:
        return "budget"
    return "" if begin_call(message, recipient=phone, body=body, now=now) else LEASE_LOST


def begin_call(message: OutboxMessage, *, recipient: str, body: str, now: datetime) -> bool:
    """Note, before the provider is called, that a message may leave now; False where the lease was lost."""
    message.recipient_digest, message.body_digest = recipient_digest(recipient), body_digest(body)
    message.attempted_at = now
    return _write(
        message,
        now=now,
        recipient_digest=message.recipient_digest,
        body_digest=message.body_digest,
        attempted_at=now,
        lease_until=now + LEASE,
    )


def settle(message: OutboxMessage, state: State, *, now: datetime, reason: str = "", provider_sid: str = "") -> bool:
    """Write what became of a message; False where somebody else holds it by now."""
    return _write(
        message,
        now=now,
        state=state,
        reason=reason[:120],
        lease_until=None,
        lease_token=None,
        provider_sid=provider_sid or message.provider_sid,
    )


def put_back(message: OutboxMessage, *, try_at: datetime, reason: str, now: datetime, was_called: bool) -> bool:
    """Let a message be tried again later; `was_called` keeps in mind that it may have left already."""
    called: dict[str, object] = {} if was_called else {"attempted_at": None, "body_digest": ""}
    return _write(
        message,
        now=now,
        state=State.DUE,
        reason=reason[:120],
        try_at=try_at,
        lease_until=None,
        lease_token=None,
        **called,
    )


def send_instead(message: OutboxMessage, channel: Channel, *, now: datetime) -> None:
    """Write the same message for another channel, if it is not there yet."""
    enqueue(
        [
            NewMessage(
                account=message.account,
                subject=message.subject,
                kind=Kind(message.kind),
                sequence=message.sequence,
                channel=channel,
                due_at=now,
                not_after=message.not_after,
                offset=message.offset,
            )
        ],
        now=now,
    )


def send_by_email_instead(message: OutboxMessage, *, now: datetime) -> None:
    """Let a text that could not be delivered go by e-mail; where there is no address, nothing goes."""
    if message.channel == Channel.SMS:
        send_instead(message, Channel.EMAIL, now=now)


def receipt(*, message: OutboxMessage, state: State, reason: str, provider_sid: str, now: datetime) -> bool:
    """Take the provider's later word: only forward, and also where we did not know whether it had left."""
    behind = [one for one, rank in _RANK.items() if rank < _RANK[state]]
    return bool(
        OutboxMessage.objects.filter(pk=message.pk, state__in=(State.SENDING, State.UNKNOWN, *behind)).update(
            state=state,
            reason=reason[:120],
            provider_sid=provider_sid or message.provider_sid,
            lease_until=None,
            lease_token=None,
            updated_at=now,
        )
    )


def retry(*, messages: QuerySet[OutboxMessage], now: datetime) -> int:
    """Let messages that need a person's word be tried again; what may have left is asked of the provider first."""
    waiting = messages.filter(state__in=(State.UNKNOWN, State.DEAD, State.FAILED, State.DUE))
    count = waiting.update(state=State.DUE, reason="", attempts=0, try_at=now, updated_at=now)
    if count:
        transaction.on_commit(ring, robust=True)
    return count


def drop(*, messages: QuerySet[OutboxMessage], now: datetime) -> int:
    """Settle messages as not to be sent."""
    return messages.filter(state__in=UNSETTLED_STATES).update(
        state=State.SKIPPED, reason="dropped", lease_until=None, lease_token=None, updated_at=now
    )


def after_restore(*, now: datetime) -> int:
    """Hold back what may have gone out between a backup and now; return how many messages that is."""
    return OutboxMessage.objects.filter(state__in=OPEN_STATES, due_at__lte=now).update(
        state=State.SKIPPED, reason="restored", lease_until=None, lease_token=None, updated_at=now
    )


def counts() -> dict[str, int]:
    """Return how many messages there are in each state."""
    found = dict(OutboxMessage.objects.order_by().values_list("state").annotate(Count("pk")))
    return {state: found.get(state, 0) for state in State.values}


def oldest_due_seconds(*, now: datetime) -> int:
    """Return for how long the oldest message that should be on its way has waited."""
    oldest = OutboxMessage.objects.filter(state__in=OPEN_STATES, due_at__lte=now).aggregate(due_at=Min("due_at"))
    return int((now - oldest["due_at"]).total_seconds()) if oldest["due_at"] else 0


def opt_out(phone: str, *, now: datetime) -> None:
    """Send no more text messages to a number."""
    OptOut.objects.get_or_create(phone_digest=recipient_digest(phone), defaults={"created_at": now})


def opt_in(phone: str) -> None:
    OptOut.objects.filter(phone_digest=recipient_digest(phone)).delete()


def last_text_to(phone: str) -> OutboxMessage | None:
    """Return the text message last sent to a number."""
    texts = OutboxMessage.objects.filter(channel=Channel.SMS, recipient_digest=recipient_digest(phone))
    return texts.exclude(attempted_at=None).order_by("-attempted_at", "-pk").first()


def _texts(since: datetime, **which: str) -> int:
    return OutboxMessage.objects.filter(channel=Channel.SMS, attempted_at__gt=since, **which).count()


def _queue_up(number: str) -> None:
    """Let whoever writes to the same number wait until this transaction ends; SQLite's one writer does anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(number[:15], 16)])


def _write(message: OutboxMessage, *, now: datetime, **values: object) -> bool:
    """Write to a message as the holder of its lease."""
    held = OutboxMessage.objects.filter(pk=message.pk, lease_token=message.lease_token, state=State.SENDING)
    return bool(held.update(updated_at=now, **values))
