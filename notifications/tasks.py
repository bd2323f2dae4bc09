"""Sending of due messages: claim in a short transaction, send with none open, record the result."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from notifications import attempts, circuits, doorbell, email, outbox, retries, sms, sms_recipients
from notifications.answers import Answer, Away, Barred, Later, OnceMore, Puzzling, Refused, Sent, Unclear
from notifications.circuits import Standing
from notifications.content import Content, Email, NotYet, Skip, Sms
from notifications.models import Channel, OutboxMessage, State

# After this time the rest is left to another run, so that nobody waits long for a worker that is asked to stop.
RUN_SECONDS = 5
# The provider's list is asked at once, unless the call took so long that this would hold up the worker. Then it is
# asked after a pause, again while it is unavailable, and for no longer than this after the call.
SLOW_SECONDS = 2.5
ASK_FOR = timedelta(seconds=60)
REST_SECONDS = 30

log = logging.getLogger(__name__)

_running = threading.Lock()
_wanted = threading.Event()
_resting: dict[str, float] = {}  # channels whose provider hangs, until when by the monotonic clock


def deliver_due() -> int:
    """Send the messages that are due now; return how many were handled.

    Only one run at a time sends in a process. A further call asks that run to look once more, and returns. So the
    worker's other threads stay free, however often the doorbell rings.
    """
    _wanted.set()
    handled, is_finished = 0, True
    while is_finished and _wanted.is_set() and _running.acquire(blocking=False):
        try:
            _wanted.clear()
            count, is_finished = _run()
            handled += count
        finally:
            _running.release()
    if not is_finished:
        doorbell.ring()
    return handled


def _run() -> tuple[int, bool]:
    """Return how many messages were handled, and whether these were all."""
    handled, until, looks_behind = 0, time.monotonic() + RUN_SECONDS, True
    while (found := _next(looks_behind=looks_behind)) is not None:
        message, looks_behind = found
        _deliver_safely(message)
        handled += 1
        if time.monotonic() > until:
            return handled, False
    return handled, True


def _next(*, looks_behind: bool) -> tuple[OutboxMessage, bool] | None:
    """Claim the next message: a probe of a provider that was away, else a due one of another channel.

    Returns too whether the run looks behind from then on. Those that a worker left behind come first: once a new one of
    their channels is claimed, there are no more of them.
    """
    now, opened, awake = timezone.now(), circuits.opened(), _awake_channels()
    for channel in [one for one in awake if one in opened]:
        is_free = outbox.waits(channel, now=now) and circuits.take_probe(channel, now=now)
        if is_free and (claimed := outbox.claim_due(now=now, limit=1, channels=[channel])):
            return claimed[0], looks_behind
    closed = [channel for channel in awake if channel not in opened]
    claimed = outbox.claim_due(now=now, limit=1, channels=closed, left_behind=looks_behind)
    return (claimed[0], looks_behind and claimed[0].attempts > 1) if claimed else None


def _awake_channels() -> list[Channel]:
    """Return the channels to send on; a channel whose provider hangs must not hold up the other."""
    return [channel for channel in Channel if _resting.get(channel, 0) <= time.monotonic()]


def _deliver_safely(message: OutboxMessage) -> None:
    """Deliver one message; an error with it does not stop the others."""
    try:
        _deliver(message)
    except Exception as error:
        log.exception("message_failed", extra={"message_id": message.pk})
        may_have_left = message.attempted_at is not None
        end = State.UNKNOWN if may_have_left else State.DEAD
        retries.try_later(
            message, f"error {type(error).__name__}", may_have_left=may_have_left, end=end, now=timezone.now()
        )


def _deliver(message: OutboxMessage) -> None:
    now = timezone.now()
    may_have_left = message.attempted_at is not None
    if message.failures > retries.MOST_FAILURES:  # the thread that takes it never comes back
        outbox.settle(message, State.UNKNOWN if may_have_left else State.DEAD, now=now, reason="no_end")
        return
    if now >= message.not_after:
        outbox.settle(message, State.UNKNOWN if may_have_left else State.SKIPPED, now=now, reason="too_late")
        return
    compose: Callable[..., Content] = import_string(settings.NOTIFICATIONS_COMPOSER)
    content = compose(message, now=now)
    if isinstance(content, Skip):
        _skip(message, content)
    elif isinstance(content, NotYet):
        retries.postpone(message, until=content.until, reason=content.reason, now=timezone.now())
    elif not may_have_left or _has_surely_not_left(message, content):
        _send(message, content)


def _send(message: OutboxMessage, content: Sms | Email) -> None:
    now = timezone.now()
    if isinstance(content, Sms):
        bar = attempts.begin_text(message, content, now=now)
    else:
        bar = attempts.begin_email(message, content, now=now)
    if bar == outbox.LEASE_LOST:
        return
    if bar:
        _skip(message, Skip(bar, instead=Channel.EMAIL))
        return
    started = time.monotonic()
    if isinstance(content, Sms):
        answer = sms.gateway().send(
            to=content.to,
            body=content.body,
            key=_key(message),
            callback_url=f"{settings.PUBLIC_URL}/webhooks/twilio/status?message={message.uuid}",
        )
    else:
        answer = email.send(content, key=_key(message))
    is_slow = _rest_if_slow(message, started, is_trouble=isinstance(answer, Later | Away | Unclear))
    _record(message, content, answer, is_slow=is_slow)


def _record(message: OutboxMessage, content: Sms | Email, answer: Answer, *, is_slow: bool) -> None:
    """Write down what the provider said."""
    now = timezone.now()
    match answer:
        case Sent():
            retries.settle_found(message, answer, now=now)
        case Refused(reason) | OnceMore(reason):
            if isinstance(answer, Refused) and answer.opted_out and isinstance(content, Sms):
                sms_recipients.opt_out(content.to, now=now)
            retries.settle_found(message, Sent("", State.FAILED, reason, answer), now=now)
        case Puzzling(reason):
            retries.try_later(message, reason, may_have_left=False, most=retries.MOST_PUZZLING, now=now)
        case Later(reason, after_seconds, longest_seconds):
            retries.wait(message, reason, after_seconds, longest_seconds, now=now)
        case Away(reason):
            if not retries.waits_for_provider(message, reason, now=now):
                retries.wait(message, reason, 0, retries.LONGEST_WAIT_SECONDS, now=now)
        case Barred(reason):
            retries.waits_for_provider(message, reason, opens=True, now=now)
        case Unclear():
            _look_for(message, content, answer, is_slow=is_slow)


def _look_for(message: OutboxMessage, content: Sms | Email, answer: Unclear, *, is_slow: bool) -> None:
    """Find out whether a message was sent although its call ended unclearly."""
    standing = retries.note_trouble(message, answer.reason, now=timezone.now())
    if is_slow and answer.may_clear:
        retries.ask_later(message, answer.reason, now=timezone.now())
    elif _has_surely_not_left(message, content):
        now = timezone.now()
        if standing == Standing.CLOSED:
            retries.try_later(message, answer.reason, may_have_left=True, now=now)
        else:
            retries.take_turn(message, answer.reason, may_have_left=True, now=now)


def _has_surely_not_left(message: OutboxMessage, content: Sms | Email) -> bool:
    """Ask the provider whether a message was sent; settle it if it was, or if nobody can tell."""
    started = time.monotonic()
    found = _find_sent(message, content)
    _rest_if_slow(message, started, is_trouble=isinstance(found, Unclear))
    now = timezone.now()
    if isinstance(found, Unclear):
        if found.may_clear and Channel(message.channel) in circuits.opened():  # until it is back, nobody can be asked
            retries.take_turn(message, found.reason, may_have_left=True, now=now)
        elif found.may_clear and message.attempted_at is not None and now - message.attempted_at < ASK_FOR:
            retries.ask_later(message, found.reason, now=now)
        else:
            outbox.settle(message, State.UNKNOWN, now=now, reason=found.reason)
        return False
    ours = outbox.unclaimed([one.sid for one in found], message=message)
    candidates = sorted((one for one in found if one.sid in ours), key=lambda one: one.state == State.FAILED)
    if not candidates:
        return True
    retries.settle_found(message, replace(candidates[0], reason=candidates[0].reason or "found"), now=now)
    return False


def _find_sent(message: OutboxMessage, content: Sms | Email) -> Sequence[Sent] | Unclear:
    if isinstance(content, Email):
        return email.find_sent(key=_key(message))
    now = timezone.now()
    return sms.gateway().find_sent(
        to=content.to,
        digest=message.body_digest,
        key=_key(message),
        since=message.attempted_at or message.created_at,
        now=now,
    )


def _skip(message: OutboxMessage, skip: Skip) -> None:
    now = timezone.now()
    with transaction.atomic():
        is_ours = outbox.settle(message, State.SKIPPED, now=now, reason=skip.reason)
        if is_ours and skip.instead is not None and skip.instead != message.channel:
            outbox.send_instead(message, skip.instead, now=now)


def _rest_if_slow(message: OutboxMessage, started: float, *, is_trouble: bool) -> bool:
    """Pause a channel whose provider takes long without an answer; return whether it does."""
    is_slow = is_trouble and time.monotonic() - started > SLOW_SECONDS
    if is_slow:
        _resting[message.channel] = time.monotonic() + REST_SECONDS
    return is_slow


def _key(message: OutboxMessage) -> str:
    """Return our name of a message for the provider: it names no person and is the same for every try."""
    return f"{message.due_at:%Y%m%dT%H%M%SZ}-{message.kind}-{message.channel}-{message.uuid}"
