"""The outbox: all writes to the table of messages. The table is the truth, the queue only a doorbell.

A message is claimed with a lease, and the try counted, in a short transaction before the provider is called; no
transaction is open during the call; what came of it is written by the holder of the lease alone.
"""

import logging
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Greatest
from django_q.tasks import async_task

from notifications import message_files
from notifications.content import NewMessage
from notifications.digests import body_digest, recipient_digest
from notifications.models import OPEN_STATES, Channel, OutboxMessage, State

# Longer than any one call lasts (15 s); with a sweep each minute, short enough that what a dead worker left behind
# is taken up within two minutes.
LEASE = timedelta(seconds=45)
# No pause between two tries, and no lease, is longer; one that seems to be was written by a clock that ran ahead.
LONGEST_PAUSE = timedelta(hours=2)
LEASE_LOST = "lease_lost"
WAITS_FOR_PROVIDER = "provider"  # how the reason begins of what waits for a channel that takes nothing
UNSETTLED_STATES = (*OPEN_STATES, State.UNKNOWN, State.DEAD, State.FAILED)
NO_LEASE: Mapping[str, None] = {"lease_until": None, "lease_token": None}
_NOT_LEFT = Q(state=State.DUE) | Q(state=State.SENDING, attempted_at=None)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one message, as staff and customers are told."""

    kind: str
    channel: str
    state: str
    reason: str
    at: datetime
    sequence: int = 0
    offset: str = ""
    is_limited: bool = True  # a customer set it off, not the store or the plan


def enqueue(messages: Sequence[NewMessage], *, now: datetime) -> None:
    """Write messages in the caller's transaction; those written before are left as they are."""
    if not messages:
        return
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(**asdict(message), try_at=message.due_at, created_at=now, updated_at=now)
            for message in messages
        ],
        ignore_conflicts=True,
    )
    if any(message.due_at <= now for message in messages):
        _ring_on_commit()


def ring() -> None:
    """Ask a worker to look at the outbox now; where the queue is away, the minute's sweep finds what is due."""
    try:
        async_task("notifications.tasks.deliver_due")
    except Exception as error:  # noqa: BLE001 -- whatever the queue's trouble, the message is safely in the table
        log.warning("doorbell_failed", extra={"error": type(error).__name__})


def skip_open(
    *, subject: str, reason: str, now: datetime, kinds: Collection[str] | None = None, offset: str = ""
) -> int:
    """Settle what has not left yet about a subject as not needed any more; return how many there were.

    Of some `kinds` alone, or where `offset` is given of those whose offset begins so.

    That takes in what a worker is about to send: it asks for its lease once more before it calls the provider.
    """
    not_left = OutboxMessage.objects.filter(_NOT_LEFT, subject=subject)
    if kinds is not None:
        not_left = not_left.filter(kind__in=kinds)
    if offset:
        not_left = not_left.filter(offset__startswith=offset)
    return not_left.update(state=State.SKIPPED, reason=reason, **NO_LEASE, updated_at=now)


def forget(*, subjects: Collection[str], now: datetime) -> None:
    """Drop what could name the recipients of messages about these subjects, and the texts kept as files."""
    messages = OutboxMessage.objects.filter(subject__in=subjects)
    messages.filter(_NOT_LEFT | Q(state__in=(State.UNKNOWN, State.DEAD))).update(
        state=State.SKIPPED, reason="erased", **NO_LEASE
    )
    messages.update(recipient_digest="", body_digest="", provider_sid="", returned_sid="", updated_at=now)
    uuids = {str(uuid) for uuid in messages.values_list("uuid", flat=True)}
    transaction.on_commit(lambda: message_files.remove(uuids), robust=True)


def deliveries(subjects: Collection[str]) -> Mapping[str, Sequence[Delivery]]:
    """Return what became of the messages about each subject, oldest first, with one statement.

    An e-mail instead of a text is left out where the customer has no address.
    """
    found: dict[str, list[Delivery]] = defaultdict(list)
    if subjects:
        rows = OutboxMessage.objects.filter(subject__in=subjects).order_by("due_at", "pk")
        rows = rows.exclude(state=State.SKIPPED, reason="no_email")
        fields = ("subject", "kind", "channel", "state", "reason", "updated_at", "sequence", "offset", "is_limited")
        for subject, *told in rows.values_list(*fields):
            found[subject].append(Delivery(*told))
    return found


def claim_due(*, now: datetime, limit: int, channels: Collection[Channel] = tuple(Channel)) -> list[OutboxMessage]:
    """Take what is due, and what a worker left behind, under a lease of our own; count the try.

    `attempted_at` says of a claimed message that it may have left already. Nothing due takes no lock.
    """
    for waiting in _waiting(channels, now=now):
        if waiting.exists() and (claimed := _claim(waiting, now=now, limit=limit)):
            return claimed
    return []


def begin_call(
    message: OutboxMessage, *, recipient: str, body: str, now: datetime, segments: int | None = None
) -> bool:
    """Note, before the provider is called, that a message may leave now; False where the lease was lost."""
    message.recipient_digest, message.body_digest = recipient_digest(recipient), body_digest(body)
    message.attempted_at = now
    return _write(
        message,
        now=now,
        recipient_digest=message.recipient_digest,
        prefix_digest=message.prefix_digest,
        body_digest=message.body_digest,
        attempted_at=now,
        segments=segments,
        lease_until=now + LEASE,
    )


def settle(message: OutboxMessage, state: State, *, now: datetime, reason: str = "", provider_sid: str = "") -> bool:
    """Write what became of a message; False where somebody else holds it by now. What was refused costs nothing."""
    sid = provider_sid or message.provider_sid
    not_charged: dict[str, object] = {"segments": None} if state == State.FAILED and not sid else {}
    values = {**NO_LEASE, **not_charged, "provider_sid": sid_kept(sid)}
    return _write(message, now=now, state=state, reason=reason[:120], **values)


def sid_kept(sid: str) -> Case:
    """Return what is kept of the provider's name for a message: nothing where it was erased while it was sent.

    By that name the provider tells the number it went to. What was begun to be sent has a recipient's digest, and
    loses it with the erasure.
    """
    return Case(When(recipient_digest="", attempted_at__isnull=False, then=Value("")), default=Value(sid))


def put_back(
    message: OutboxMessage, *, try_at: datetime, reason: str, may_have_left: bool, failures: int, now: datetime
) -> bool:
    """Let a message be tried again later; `may_have_left`: the provider is to be asked before that."""
    never_left: dict[str, object] = {} if may_have_left else {"attempted_at": None, "body_digest": "", "segments": None}
    return _write(
        message,
        now=now,
        state=State.DUE,
        reason=reason[:120],
        try_at=try_at,
        failures=failures,
        **NO_LEASE,
        **never_left,
    )


def postpone(message: OutboxMessage, *, until: datetime, reason: str, now: datetime) -> bool:
    """Mean a message that surely has not left to go at another time: nobody looks at it before that."""
    never_left = {"attempted_at": None, "body_digest": "", "segments": None}
    values = {"state": State.DUE, "due_at": until, "try_at": until, "reason": reason[:120], "failures": 0}
    return _write(message, now=now, **values, **NO_LEASE, **never_left)


def bring_forward(channel: Channel, *, now: datetime) -> int:
    """Let what was put back because its provider was away be tried now; return how many messages that is."""
    waiting = OutboxMessage.objects.filter(state=State.DUE, channel=channel, due_at__lte=now, try_at__gt=now)
    return waiting.filter(reason__startswith=WAITS_FOR_PROVIDER).update(try_at=now, updated_at=now)


def waits(channel: Channel, *, now: datetime) -> bool:
    """Tell whether a message of a channel could be claimed now."""
    return any(waiting.exists() for waiting in _waiting([channel], now=now))


def send_instead(message: OutboxMessage, channel: Channel, *, now: datetime) -> None:
    """Write the same message for another channel, if it is not there yet."""
    enqueue(
        [
            NewMessage(
                account=message.account,
                subject=message.subject,
                kind=message.kind,
                sequence=message.sequence,
                channel=channel,
                due_at=now,
                not_after=message.not_after,
                offset=message.offset,
                is_limited=message.is_limited,
            )
        ],
        now=now,
    )


def retry(*, messages: QuerySet[OutboxMessage], now: datetime) -> int:
    """Let messages that need a person's word be tried again; what may have left is asked of the provider first."""
    waiting = messages.filter(state__in=(State.UNKNOWN, State.DEAD, State.FAILED, State.DUE))
    # What failed has not arrived; and a mail server has no list, so of an e-mail the person's word is all there is.
    is_to_go_anew = Q(state=State.FAILED) | Q(channel=Channel.EMAIL)
    count = waiting.update(
        attempted_at=Case(When(is_to_go_anew, then=Value(None)), default=F("attempted_at")),
        provider_sid=Case(When(is_to_go_anew, then=Value("")), default=F("provider_sid")),
        state=State.DUE,
        reason="",
        attempts=0,
        failures=0,
        try_at=Greatest("due_at", Value(now)),
        updated_at=now,
    )
    if count:
        _ring_on_commit()
    return count


def drop(*, messages: QuerySet[OutboxMessage], now: datetime) -> int:
    """Settle messages as not to be sent."""
    return messages.filter(state__in=UNSETTLED_STATES).update(
        state=State.SKIPPED, reason="dropped", **NO_LEASE, updated_at=now
    )


def after_restore(*, now: datetime) -> int:
    """Hold back what may have gone out between a backup and now; return how many messages that is."""
    return OutboxMessage.objects.filter(state__in=OPEN_STATES, due_at__lte=now).update(
        state=State.SKIPPED, reason="restored", **NO_LEASE, updated_at=now
    )


def unclaimed(sids: Collection[str], *, message: OutboxMessage) -> set[str]:
    """Return those of the provider's names that belong to no other message of ours."""
    others = OutboxMessage.objects.filter(provider_sid__in=[sid for sid in sids if sid]).exclude(pk=message.pk)
    return set(sids) - set(others.values_list("provider_sid", flat=True))


def _waiting(channels: Collection[Channel], *, now: datetime) -> tuple[QuerySet[OutboxMessage], ...]:
    """Return what a worker left behind, and what is due."""
    ran_ahead = now + LONGEST_PAUSE
    meant = OutboxMessage.objects.filter(due_at__lte=now, channel__in=channels)
    left_behind = meant.filter(Q(lease_until__lt=now) | Q(lease_until__gt=ran_ahead), state=State.SENDING)
    return left_behind, meant.filter(Q(try_at__lte=now) | Q(try_at__gt=ran_ahead), state=State.DUE)


@transaction.atomic
def _claim(waiting: QuerySet[OutboxMessage], *, now: datetime, limit: int) -> list[OutboxMessage]:
    claimed = list(waiting.order_by("due_at", "pk").select_for_update(skip_locked=True)[:limit])
    token = uuid.uuid4()
    for message in claimed:
        message.state = State.SENDING
        message.attempts = min(message.attempts + 1, 9999)
        message.failures += 1  # until the try has ended well
        message.lease_until, message.lease_token, message.updated_at = now + LEASE, token, now
    fields = ["state", "attempts", "failures", "lease_until", "lease_token", "updated_at"]
    OutboxMessage.objects.bulk_update(claimed, fields)
    return claimed


def _ring_on_commit() -> None:
    """Ring once for all that a transaction writes."""
    if not any(entry[1] is ring for entry in transaction.get_connection().run_on_commit):
        transaction.on_commit(ring, robust=True)


def _write(message: OutboxMessage, *, now: datetime, **values: object) -> bool:
    """Write to a message as the holder of its lease."""
    held = OutboxMessage.objects.filter(pk=message.pk, lease_token=message.lease_token, state=State.SENDING)
    return bool(held.update(updated_at=now, **values))
