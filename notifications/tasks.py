"""Sending what is due: claim in a short transaction, send with none open, write down what came of it."""

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from notifications import email, numbers, outbox, sms
from notifications.content import Content, Email, Skip, Sms
from notifications.models import Channel, OutboxMessage, State

# After that the rest is left to another run, so that a worker asked to stop need not be waited for.
RUN_SECONDS = 5
MOST_FAILURES = 6
FIRST_PAUSE_SECONDS = 15  # after a failure; then twice as long each time
LONGEST_PAUSE_SECONDS = 900
LONGEST_WAIT_SECONDS = 60  # for a provider that is away, or busy and does not say for how long
# The provider's list is asked at once, unless the call took so long that asking would hold the worker up; then after
# a pause, as long as it cannot be had, and for no longer than this after the call.
SLOW_SECONDS = 2.5
ASK_AGAIN_SECONDS = 15
ASK_FOR = timedelta(seconds=60)
REST_SECONDS = 30

log = logging.getLogger(__name__)

_running = threading.Lock()
_wanted = threading.Event()
_resting: dict[str, float] = {}  # channels whose provider hangs, until when by the monotonic clock


def deliver_due() -> int:
    """Send what is due now; return how many messages were handled.

    One run at a time sends in a process: who finds it at work asks it to look once more, and leaves. So however often
    the doorbell rings, the worker's other threads stay free.
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
        outbox.ring()
    return handled


def _run() -> tuple[int, bool]:
    """Return how many messages were handled, and whether these were all."""
    handled, until = 0, time.monotonic() + RUN_SECONDS
    while messages := outbox.claim_due(now=timezone.now(), limit=1, channels=_open_channels()):
        _deliver_safely(messages[0])
        handled += 1
        if time.monotonic() > until:
            return handled, False
    return handled, True


def _open_channels() -> list[Channel]:
    """Return the channels to send on: one whose provider hangs must not hold up the other."""
    return [channel for channel in Channel if _resting.get(channel, 0) <= time.monotonic()]


def _deliver_safely(message: OutboxMessage) -> None:
    """Deliver one message; whatever goes wrong with it, the others go on."""
    try:
        _deliver(message)
    except Exception as error:
        log.exception("message_failed", extra={"message_id": message.pk})
        may_have_left = message.attempted_at is not None
        end = State.UNKNOWN if may_have_left else State.DEAD
        _try_later(message, f"error {type(error).__name__}", may_have_left=may_have_left, end=end)


def _deliver(message: OutboxMessage) -> None:
    now = timezone.now()
    may_have_left = message.attempted_at is not None
    if message.failures > MOST_FAILURES:  # whoever takes it never comes back
        outbox.settle(message, State.UNKNOWN if may_have_left else State.DEAD, now=now, reason="no_end")
        return
    if now >= message.not_after:
        outbox.settle(message, State.UNKNOWN if may_have_left else State.SKIPPED, now=now, reason="too_late")
        return
    compose: Callable[..., Content] = import_string(settings.NOTIFICATIONS_COMPOSER)
    content = compose(message, now=now)
    if isinstance(content, Skip):
        _skip(message, content)
    elif not may_have_left or _has_surely_not_left(message, content):
        _send(message, content)


def _send(message: OutboxMessage, content: Sms | Email) -> None:
    now = timezone.now()
    if isinstance(content, Sms):
        bar = outbox.begin_text(message, content, now=now)
    else:
        is_ours = outbox.begin_call(message, recipient=content.to, body=content.text, now=now)
        bar = "" if is_ours else outbox.LEASE_LOST
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
    is_slow = _rest_if_slow(message, started, is_trouble=isinstance(answer, sms.Later | sms.Unclear))
    _record(message, content, answer, is_slow=is_slow)


def _record(message: OutboxMessage, content: Sms | Email, answer: sms.Answer, *, is_slow: bool) -> None:
    """Write down what the provider said."""
    match answer:
        case sms.Sent():
            _settle_found(message, answer)
        case sms.Refused(reason, opted_out):
            if opted_out and isinstance(content, Sms):
                numbers.opt_out(content.to, now=timezone.now())
            _settle_found(message, sms.Sent("", State.FAILED, reason))
        case sms.Later(reason, after_seconds, needs_a_person):
            if needs_a_person:
                _try_later(message, reason, may_have_left=False)
            else:
                _wait(message, reason, after_seconds)
        case sms.Unclear(reason):
            if is_slow and answer.may_clear:
                _ask_later(message, reason)
            elif _has_surely_not_left(message, content):
                _try_later(message, reason, may_have_left=True)


def _has_surely_not_left(message: OutboxMessage, content: Sms | Email) -> bool:
    """Ask the provider whether a message left that may have; settle it where it did, or where nobody can say."""
    started = time.monotonic()
    found = _find_sent(message, content)
    _rest_if_slow(message, started, is_trouble=isinstance(found, sms.Unclear))
    if isinstance(found, sms.Unclear):
        now = timezone.now()
        if found.may_clear and message.attempted_at is not None and now - message.attempted_at < ASK_FOR:
            _ask_later(message, found.reason)
        else:
            outbox.settle(message, State.UNKNOWN, now=now, reason=found.reason)
        return False
    ours = outbox.unclaimed([one.sid for one in found], message=message)
    candidates = sorted((one for one in found if one.sid in ours), key=lambda one: one.state == State.FAILED)
    if not candidates:
        return True
    _settle_found(message, replace(candidates[0], reason=candidates[0].reason or "found"))
    return False


def _find_sent(message: OutboxMessage, content: Sms | Email) -> Sequence[sms.Sent] | sms.Unclear:
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


def _settle_found(message: OutboxMessage, sent: sms.Sent) -> None:
    """Settle a message as the provider has it; a text that failed goes by e-mail instead."""
    now = timezone.now()
    with transaction.atomic():
        is_ours = outbox.settle(message, sent.state, now=now, reason=sent.reason, provider_sid=sent.sid)
        if is_ours and sent.state == State.FAILED and message.channel == Channel.SMS:
            outbox.send_instead(message, Channel.EMAIL, now=now)


def _skip(message: OutboxMessage, skip: Skip) -> None:
    now = timezone.now()
    with transaction.atomic():
        is_ours = outbox.settle(message, State.SKIPPED, now=now, reason=skip.reason)
        if is_ours and skip.instead is not None and skip.instead != message.channel:
            outbox.send_instead(message, skip.instead, now=now)


def _wait(message: OutboxMessage, reason: str, after_seconds: int) -> None:
    """Put a message back that was surely not accepted: as often as it takes, until it is of no use any more."""
    pause = max(after_seconds, min(LONGEST_WAIT_SECONDS, 5 * 2 ** min(message.attempts, 8)))
    _put_back(message, reason, pause, may_have_left=False, is_failure=False)


def _ask_later(message: OutboxMessage, reason: str) -> None:
    _put_back(message, reason, ASK_AGAIN_SECONDS, may_have_left=True, is_failure=True)


def _try_later(message: OutboxMessage, reason: str, *, may_have_left: bool, end: State = State.DEAD) -> None:
    """Put a message back with a growing pause, or give it to a person after too many failures."""
    if message.failures >= MOST_FAILURES:
        outbox.settle(message, end, now=timezone.now(), reason=reason)
        return
    pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (message.failures - 1))
    _put_back(message, reason, pause, may_have_left=may_have_left, is_failure=True)


def _put_back(
    message: OutboxMessage, reason: str, pause_seconds: float, *, may_have_left: bool, is_failure: bool
) -> None:
    now = timezone.now()
    spread = random.uniform(1, 1.2)  # noqa: S311 -- only keeps many from coming back at the same second
    try_at = now + timedelta(seconds=pause_seconds * spread)
    outbox.put_back(message, try_at=try_at, reason=reason, may_have_left=may_have_left, is_failure=is_failure, now=now)


def _rest_if_slow(message: OutboxMessage, started: float, *, is_trouble: bool) -> bool:
    """Leave a channel alone for a while if its provider takes long to say nothing; return whether it does."""
    is_slow = is_trouble and time.monotonic() - started > SLOW_SECONDS
    if is_slow:
        _resting[message.channel] = time.monotonic() + REST_SECONDS
    return is_slow


def _key(message: OutboxMessage) -> str:
    """Name a message outside: no person in it, and the same for every try."""
    return f"{message.due_at:%Y%m%dT%H%M%SZ}-{message.kind}-{message.channel}-{message.uuid}"
