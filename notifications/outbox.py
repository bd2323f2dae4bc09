"""The outbox: all writes to the table of messages. The table is the truth, the queue only a doorbell.

A short transaction claims a message with a lease and counts the try before the provider is called. No transaction is
open during the call. Only the holder of the lease writes the result.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Case, CharField, Q, QuerySet, When
from django.db.models import Value as Fixed
from django.db.models.functions import Cast, Concat

from notifications import message_files, provider_texts
from notifications.content import NewMessage
from notifications.digests import body_digest, recipient_digest
from notifications.doorbell import ring
from notifications.held_rows import Value, write_held
from notifications.models import OPEN_STATES, REPLANNED, Channel, OutboxMessage, State
from notifications.tallies import add_settled

# As long as a wait for a lane (20 s), a call (15 s) and the question after it (10 s); short enough to take up soon what
# a dead worker left.
LEASE = timedelta(seconds=45)
LEASE_LOST = "lease_lost"
WAITS_FOR_PROVIDER = "provider"  # start of the reason of messages that wait for an open circuit
UNSETTLED_STATES = (*OPEN_STATES, State.UNKNOWN, State.DEAD, State.FAILED)
NO_LEASE: Mapping[str, None] = {"lease_until": None, "lease_token": None}
# The provider's id of a message, but none where the message was erased while it was sent: see `sid_kept`.
_SID_KEPT = (
    "CASE WHEN message.recipient_digest = '' AND message.attempted_at IS NOT NULL THEN '' ELSE given.provider_sid END"
)
_TRIED_WITHOUT_ID = Q(channel=Channel.SMS, attempted_at__isnull=False, provider_sid="")
NOT_LEFT = Q(state=State.DUE) | Q(state=State.SENDING, attempted_at=None)


class Delivery(NamedTuple):
    """The fate of one message, as shown to staff and customers."""

    kind: str
    channel: str
    state: str
    reason: str
    at: datetime
    sequence: int = 0
    offset: str = ""
    is_limited: bool = True  # a customer caused it, not the store or the plan


@dataclass(frozen=True, slots=True)
class Intent:
    """A message that is about to be handed to its provider."""

    message: OutboxMessage
    recipient: str
    body: str
    segments: int | None = None


def enqueue(messages: Sequence[NewMessage], *, now: datetime) -> None:
    """Write messages in the caller's transaction; existing ones stay unchanged."""
    if messages:
        OutboxMessage.objects.bulk_create(new_rows(messages, now=now), ignore_conflicts=True)
        ring_if_due(messages, now=now)


def new_rows(messages: Sequence[NewMessage], *, now: datetime) -> list[OutboxMessage]:
    """Return messages as rows, for a caller that writes them, where they do not exist, and calls `ring_if_due`."""
    return [
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
            is_planned=message.due_at > now and not message.reason,  # what waits for the morning is news
            is_limited=message.is_limited,
            reason=message.reason,
            created_at=now,
            updated_at=now,
        )
        for message in messages
    ]


def ring_if_due(messages: Sequence[NewMessage], *, now: datetime) -> None:
    """Ring when the transaction commits, if one of its new messages is due."""
    if any(message.due_at <= now for message in messages):
        ring_on_commit()


def skip_open(
    *, subject: str, reason: str, now: datetime, kinds: Collection[str] | None = None, offset: str = ""
) -> int:
    """Settle unsent messages about a subject as no longer needed; return how many there were.

    `kinds` limits this to some kinds, `offset` to offsets that begin with it.

    This includes messages that a worker is about to send: it checks its lease once more before the call.
    """
    not_left = OutboxMessage.objects.filter(NOT_LEFT, subject=subject)
    if kinds is not None:
        not_left = not_left.filter(kind__in=kinds)
    if offset:
        not_left = not_left.filter(offset__startswith=offset)
    return not_left.update(state=State.SKIPPED, reason=reason, **NO_LEASE, updated_at=now)


def withdraw(*, subject: str, kinds: Collection[str], reason: str, now: datetime) -> int:
    """Settle unsent messages as `skip_open` does, so that the same may be written anew; return how many.

    What may have left stays as it is, and is never written a second time.
    """
    unsent = OutboxMessage.objects.filter(NOT_LEFT, subject=subject, kind__in=kinds)
    withdrawn = Concat(Fixed("withdrawn "), Cast("pk", CharField()))
    return unsent.update(state=State.SKIPPED, reason=reason, offset=withdrawn, **NO_LEASE, updated_at=now)


def waiting(*, subjects: Collection[str], kinds: Collection[str], reason: str) -> set[str]:
    """Return those of these subjects with a text of these kinds that waits for this reason. One statement."""
    return set(_waiting(subjects, kinds, reason).values_list("subject", flat=True)) if subjects else set()


def release(*, subject: str, kinds: Collection[str], reason: str, now: datetime) -> int:
    """Let texts about a subject that wait for this reason go now; return how many."""
    released = _waiting([subject], kinds, reason).update(due_at=now, try_at=now, reason="", updated_at=now)
    if released:
        ring_on_commit()
    return released


def _waiting(subjects: Collection[str], kinds: Collection[str], reason: str) -> QuerySet[OutboxMessage]:
    texts = OutboxMessage.objects.filter(subject__in=subjects, kind__in=kinds, channel=Channel.SMS)
    return texts.filter(state=State.DUE, reason=reason, attempted_at=None)


def forget(*, subjects: Collection[str], now: datetime, phones: Mapping[str, str] | None = None) -> None:
    """Delete all that could identify recipients of messages about these subjects, and the texts in files.

    `phones` has the numbers of those that have one, by subject: what they sent is deleted at the provider as well, and
    what may have reached them without our knowledge is looked for there.
    """
    messages = OutboxMessage.objects.filter(subject__in=subjects)
    if phones:
        provider_texts.delete_talks({*phones.values()}, now=now)
    provider_texts.look_for(messages.filter(_TRIED_WITHOUT_ID), phones=phones or {}, now=now)
    messages.filter(NOT_LEFT | Q(state__in=(State.UNKNOWN, State.DEAD))).update(
        state=State.SKIPPED, reason="erased", **NO_LEASE
    )
    at_provider = messages.filter(channel=Channel.SMS).values_list("pk", "provider_sid", "returned_sid")
    ids, *sids = zip(*at_provider, strict=True) if at_provider else ((), (), ())
    provider_texts.delete_texts(sids=[sid for those in sids for sid in those], message_ids=ids, now=now)
    messages.update(recipient_digest="", body_digest="", provider_sid="", returned_sid="", updated_at=now)
    uuids = {str(uuid) for uuid in messages.values_list("uuid", flat=True)}
    transaction.on_commit(lambda: message_files.remove(uuids), robust=True)


def note_former_number(*, subject: str, phone: str, now: datetime) -> None:
    """Note what may have left to a number that a subject no longer has, once `skip_open` has kept back the rest."""
    tried = OutboxMessage.objects.filter(_TRIED_WITHOUT_ID, subject=subject)
    provider_texts.note_former_number(tried, phones={subject: phone}, now=now)


def deliveries(subjects: Collection[str]) -> Mapping[str, Sequence[Delivery]]:
    """Return the fate of the messages about each subject, oldest first, with one statement.

    An e-mail that replaces a text is left out if the customer has no address, and what the store no longer plans.
    """
    found: dict[str, list[Delivery]] = defaultdict(list)
    if subjects:
        rows = OutboxMessage.objects.filter(subject__in=subjects).order_by("due_at", "pk")
        rows = rows.exclude(state=State.SKIPPED, reason__in=("no_email", REPLANNED))
        fields = ("subject", "kind", "channel", "state", "reason", "updated_at", "sequence", "offset", "is_limited")
        for subject, *told in rows.values_list(*fields):
            found[subject].append(Delivery(*told))
    return found


def begin_calls(intents: Sequence[Intent], *, now: datetime) -> set[int]:
    """Note, before the provider is called, that messages may leave now; return the ids of those still held."""
    rows: list[tuple[OutboxMessage, Mapping[str, Value]]] = []
    for intent in intents:
        message = intent.message
        message.recipient_digest, message.body_digest = recipient_digest(intent.recipient), body_digest(intent.body)
        message.attempted_at, message.segments = now, intent.segments
        digests = {name: getattr(message, name) for name in ("recipient_digest", "prefix_digest", "body_digest")}
        rows.append((message, {**digests, "segments": intent.segments}))
    return write_held(rows, shared={"attempted_at": now, "lease_until": now + LEASE}, now=now)


@transaction.atomic(savepoint=False)
def settle_sent(sent: Sequence[tuple[OutboxMessage, str]], *, now: datetime) -> set[int]:
    """Settle messages that the provider took, with its ids of them; return the ids of those still held."""
    rows = [(message, {"provider_sid": sid or message.provider_sid}) for message, sid in sent]
    shared = {"state": State.SENT, "reason": "", **NO_LEASE}
    held = write_held(rows, shared=shared, expressions={"provider_sid": _SID_KEPT}, now=now)
    add_settled((message for message, _ in sent if message.pk in held), State.SENT, now=now)
    return held


@transaction.atomic
def settle(message: OutboxMessage, state: State, *, now: datetime, reason: str = "", provider_sid: str = "") -> bool:
    """Write the result of a message; False if somebody else holds it by now. Refused ones cost nothing."""
    sid = provider_sid or message.provider_sid
    not_charged: dict[str, object] = {"segments": None} if state == State.FAILED and not sid else {}
    values = {**NO_LEASE, **not_charged, "provider_sid": sid_kept(sid)}
    is_ours = _write(message, now=now, state=state, reason=reason[:120], **values)
    if is_ours:
        add_settled([message], state, now=now)
    return is_ours


def sid_kept(sid: str) -> Case:
    """Return the provider's id of a message for storing; "" if the message was erased while it was sent.

    With that id, the provider reveals the number. A message that is being sent has a recipient's digest, which an
    erasure deletes.
    """
    return Case(When(recipient_digest="", attempted_at__isnull=False, then=Fixed("")), default=Fixed(sid))


def put_back(
    message: OutboxMessage, *, try_at: datetime, reason: str, may_have_left: bool, failures: int, now: datetime
) -> bool:
    """Put a message back for a later try; `may_have_left`: the provider is asked first."""
    never_left: dict[str, object] = {} if may_have_left else {"attempted_at": None, "body_digest": "", "segments": None}
    return _write(
        message,
        now=now,
        state=State.DUE,
        reason=reason[:120],
        try_at=try_at,
        failures=failures,
        left_behind=0,
        **NO_LEASE,
        **never_left,
    )


def postpone(message: OutboxMessage, *, until: datetime, reason: str, now: datetime) -> bool:
    """Move a message that was surely not sent to another time; nobody looks at it before that."""
    never_left = {"attempted_at": None, "body_digest": "", "segments": None}
    values = {"state": State.DUE, "due_at": until, "try_at": until, "reason": reason[:120], "failures": 0}
    return _write(message, now=now, **values, **NO_LEASE, **never_left)


def bring_forward(channel: Channel, *, now: datetime) -> int:
    """Release messages that were put back because their provider was away; return how many."""
    waiting = OutboxMessage.objects.filter(state=State.DUE, channel=channel, due_at__lte=now, try_at__gt=now)
    return waiting.filter(reason__startswith=WAITS_FOR_PROVIDER).update(try_at=now, updated_at=now)


def send_instead(message: OutboxMessage, channel: Channel, *, now: datetime) -> None:
    """Write the same message for another channel, unless it exists."""
    about = (message.account, message.subject, message.kind, message.sequence)
    same = NewMessage(*about, channel, now, message.not_after, message.offset, message.is_limited)
    enqueue([same], now=now)


def unclaimed(sids: Collection[str], *, message: OutboxMessage) -> set[str]:
    """Return those of the provider's ids that belong to no other message of ours."""
    others = OutboxMessage.objects.filter(provider_sid__in=[sid for sid in sids if sid]).exclude(pk=message.pk)
    return set(sids) - set(others.values_list("provider_sid", flat=True))


def ring_on_commit() -> None:
    """Ring once for all messages of a transaction."""
    if not any(entry[1] is ring for entry in transaction.get_connection().run_on_commit):
        transaction.on_commit(ring, robust=True)


def _write(message: OutboxMessage, *, now: datetime, **values: object) -> bool:
    """Change a message as the holder of its lease; tell whether it still is."""
    held = OutboxMessage.objects.filter(pk=message.pk, lease_token=message.lease_token, state=State.SENDING)
    return bool(held.update(updated_at=now, **values))
