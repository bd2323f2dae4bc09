"""Sending what is due: claim in a short transaction, send with none open, write down what came of it."""

import logging
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from notifications import email, outbox, sms
from notifications.content import Content, Email, Skip, Sms
from notifications.models import Channel, OutboxMessage, State

BATCH = 5
MOST_TRIES = 8
RUN_SECONDS = 5
# After an unclear answer the provider's list is asked at once, and again before the next try.
LIST_PAUSES_SECONDS = (0, 2)
RETRY_AFTER_UNCLEAR = timedelta(seconds=30)

log = logging.getLogger(__name__)


def deliver_due() -> int:
    """Send what is due now; return how many messages were handled.

    After a while the rest is left to another run, so that a worker asked to stop need not be waited for.
    """
    handled, until = 0, time.monotonic() + RUN_SECONDS
    while messages := outbox.claim_due(now=timezone.now(), limit=BATCH):
        for message in messages:
            _deliver_safely(message)
        handled += len(messages)
        if time.monotonic() > until:
            outbox.ring()
            break
    return handled


def _deliver_safely(message: OutboxMessage) -> None:
    """Deliver one message; whatever goes wrong with it, the others go on."""
    try:
        _deliver(message)
    except Exception as error:
        log.exception("message_failed", extra={"message_id": message.pk})
        _try_later(message, reason=f"error {type(error).__name__}", was_called=message.attempted_at is not None)


def _deliver(message: OutboxMessage) -> None:
    now = timezone.now()
    if now >= message.not_after:
        outbox.settle(message, State.SKIPPED, now=now, reason="too_late")
        return
    compose: Callable[..., Content] = import_string(settings.NOTIFICATIONS_COMPOSER)
    content = compose(message, now=now)
    if isinstance(content, Skip):
        _skip(message, content, now=now)
    elif message.attempted_at is not None and not _is_surely_not_sent(message, content):
        return
    elif isinstance(content, Sms):
        _send_text(message, content, now=timezone.now())
    else:
        _send_email(message, content, now=timezone.now())


def _send_text(message: OutboxMessage, content: Sms, *, now: datetime) -> None:
    bar = outbox.begin_text(message, phone=content.to, body=content.body, budget_since=content.budget_since, now=now)
    if bar == outbox.LEASE_LOST:
        return
    if bar:
        _skip(message, Skip(bar, instead=Channel.EMAIL), now=now)
        return
    answer = sms.gateway().send(
        to=content.to,
        body=content.body,
        key=_key(message),
        callback_url=f"{settings.PUBLIC_URL}/webhooks/twilio/status?message={message.uuid}",
    )
    if isinstance(answer, sms.Refused) and answer.opted_out:
        outbox.opt_out(content.to, now=timezone.now())
    _record(message, content, answer)


def _send_email(message: OutboxMessage, content: Email, *, now: datetime) -> None:
    if outbox.begin_call(message, recipient=content.to, body=content.text, now=now):
        _record(message, content, email.send(content, key=_key(message)))


def _record(message: OutboxMessage, content: Sms | Email, answer: sms.Answer) -> None:
    """Write down what the provider said."""
    now = timezone.now()
    match answer:
        case sms.Sent(sid):
            outbox.settle(message, State.SENT, now=now, provider_sid=sid)
        case sms.Refused(reason):
            outbox.settle(message, State.FAILED, now=now, reason=reason)
            if isinstance(content, Sms):
                outbox.send_instead(message, Channel.EMAIL, now=now)
        case sms.Later(reason, after_seconds):
            _try_later(message, reason=reason, was_called=False, at_least_seconds=after_seconds)
        case sms.Unclear(reason):
            if _is_surely_not_sent(message, content):
                retry_at = now + RETRY_AFTER_UNCLEAR
                if message.attempts >= MOST_TRIES:
                    outbox.settle(message, State.DEAD, now=now, reason=reason)
                else:
                    outbox.put_back(message, try_at=retry_at, reason=reason, now=now, was_called=True)


def _is_surely_not_sent(message: OutboxMessage, content: Sms | Email) -> bool:
    """Ask the provider whether a message left that may have; settle it where it did, or where nobody can say."""
    found: sms.Sent | sms.Unclear | None = sms.Unclear("not_asked")
    for pause in LIST_PAUSES_SECONDS:
        time.sleep(pause)
        found = _find_sent(message, content)
        if not isinstance(found, sms.Unclear):
            break
    now = timezone.now()
    if isinstance(found, sms.Sent):
        outbox.settle(message, State.SENT, now=now, reason="found", provider_sid=found.sid)
    elif isinstance(found, sms.Unclear):
        outbox.settle(message, State.UNKNOWN, now=now, reason=found.reason)
    return found is None


def _find_sent(message: OutboxMessage, content: Sms | Email) -> sms.Sent | sms.Unclear | None:
    if isinstance(content, Email):
        return email.find_sent(key=_key(message))
    since = message.attempted_at or message.created_at
    return sms.gateway().find_sent(to=content.to, digest=message.body_digest, key=_key(message), since=since)


def _skip(message: OutboxMessage, skip: Skip, *, now: datetime) -> None:
    outbox.settle(message, State.SKIPPED, now=now, reason=skip.reason)
    if skip.instead is not None and skip.instead != message.channel:
        outbox.send_instead(message, skip.instead, now=now)


def _try_later(message: OutboxMessage, *, reason: str, was_called: bool, at_least_seconds: int = 0) -> None:
    """Put a message back with a growing pause, or give it to a person after too many tries."""
    now = timezone.now()
    if message.attempts >= MOST_TRIES:
        outbox.settle(message, State.DEAD, now=now, reason=reason)
        return
    pause = max(at_least_seconds, min(900, 15 * 2 ** (message.attempts - 1)))
    spread = random.uniform(1, 1.2)  # noqa: S311 -- only keeps many from coming back at the same second
    try_at = now + timedelta(seconds=pause * spread)
    outbox.put_back(message, try_at=try_at, reason=reason, now=now, was_called=was_called)


def _key(message: OutboxMessage) -> str:
    """Name a message outside: no person in it, and the same for every try."""
    return f"{message.due_at:%Y%m%dT%H%M%SZ}-{message.kind}-{message.channel}-{message.uuid}"
