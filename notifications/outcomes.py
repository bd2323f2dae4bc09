"""Outcomes: what each answer of a provider does to its message."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from notifications import circuits, outbox, provider_texts, retries, sms, sms_recipients
from notifications.answers import Answer, Away, Barred, Later, OnceMore, Puzzling, Refused, Sent, Unclear
from notifications.content import Skip, Sms
from notifications.lanes import Call, Result
from notifications.models import Channel, OutboxMessage, State

# The provider's list is asked again while it is unavailable, for no longer than this after the call.
ASK_FOR = timedelta(seconds=60)
# How long after a call may have ended the provider's list is sure to show its message.
LIST_LAG_SECONDS = 30
# A mail server has no list. An e-mail that may have left is sent once more, with the same Message-ID, by which its
# recipient's server knows it; a person decides after that.
MOST_EMAIL_TRIES = 2
EMAIL_PAUSE_SECONDS = 60

log = logging.getLogger(__name__)


def settle_sent(results: Sequence[Result], *, now: datetime) -> None:
    """Settle the messages of one channel that their provider took, with three statements, however many they are."""
    channel = Channel(results[0].call.message.channel)
    with transaction.atomic():  # what the provider is to forget is noted, whatever ends this process
        if channel == Channel.SMS:
            provider_texts.note_texts([(_sid(result), result.call.message.pk) for result in results], now=now)
        outbox.settle_sent([(result.call.message, _sid(result)) for result in results], now=now)
    if circuits.note_answer(channel, now=now):
        outbox.bring_forward(channel, now=now)


def record_answer(call: Call, answer: Answer, *, now: datetime) -> bool:
    """Write down what the provider said; return whether it must be asked if the message was sent."""
    message = call.message
    match answer:
        case Sent():
            retries.settle_found(message, answer, now=now)
        case Refused(reason) | OnceMore(reason):
            if isinstance(answer, Refused) and answer.opted_out and isinstance(call.content, Sms):
                sms_recipients.opt_out(call.content.to, now=now)
            retries.settle_found(message, Sent("", State.FAILED, reason, answer), now=now)
        case Puzzling(reason):
            retries.try_later(message, reason, may_have_left=False, most=retries.MOST_PUZZLING, now=now)
        case Later(reason, after_seconds, longest_seconds):
            retries.wait(message, reason, after_seconds, longest_seconds, now=now)
        case Away(reason) | Barred(reason):
            is_ours = isinstance(answer, Barred)
            if not retries.waits_for_provider(message, reason, opens=is_ours, now=now):
                retries.wait(message, reason, 0, retries.LONGEST_WAIT_SECONDS, now=now)
        case Unclear(reason, may_clear):
            retries.note_trouble(message, reason, now=now)
            if may_clear:
                return True
            _repeat_email(message, reason, now=now)
    return False


def record_found(call: Call, found: Sequence[Sent] | Unclear, *, now: datetime) -> bool:
    """Write down what the provider knows of a message that may have left; return whether it is sent now.

    What its list does not show soon after a call may still come. So the list is asked once more before that.
    """
    message = call.message
    if isinstance(found, Unclear):
        return _record_no_list(message, found, now=now)
    ours = outbox.unclaimed([one.sid for one in found], message=message)
    candidates = sorted((one for one in found if one.sid in ours), key=lambda one: one.state == State.FAILED)
    if candidates:
        retries.settle_found(message, replace(candidates[0], reason=candidates[0].reason or "found"), now=now)
        return False
    uncertain_seconds = _uncertain_seconds(message, now=now)
    if call.after is None:
        if uncertain_seconds > 0:
            retries.ask_later(message, "not_found", least_seconds=uncertain_seconds, now=now)
        return uncertain_seconds <= 0
    reason = call.after.reason if isinstance(call.after, Unclear) else ""
    if Channel(message.channel) in circuits.opened():
        retries.take_turn(message, reason, may_have_left=True, now=now)
    else:
        retries.try_later(message, reason, may_have_left=True, least_seconds=uncertain_seconds, now=now)
    return False


def record_error(message: OutboxMessage, error: Exception, *, now: datetime) -> None:
    """Write down that a message could not be handled, through an error of ours."""
    log.error("message_failed", exc_info=error, extra={"message_id": message.pk})
    may_have_left = message.attempted_at is not None
    end = State.UNKNOWN if may_have_left else State.DEAD
    retries.try_later(message, f"error {type(error).__name__}", may_have_left=may_have_left, end=end, now=now)


def record_not_begun(call: Call, *, now: datetime) -> None:
    """Put back a message whose call no lane began: its provider takes nothing, or the worker stops."""
    retries.release(call.message, may_have_left=call.is_question, now=now)


def skip(message: OutboxMessage, why: Skip, *, now: datetime) -> None:
    """Settle a message as not sent; another channel may carry it instead."""
    with transaction.atomic():
        is_ours = outbox.settle(message, State.SKIPPED, now=now, reason=why.reason)
        if is_ours and why.instead is not None and why.instead != message.channel:
            outbox.send_instead(message, why.instead, now=now)


def log_attempt(result: Result) -> None:
    """Log one call: which message, how it ended and how long it took, but nothing about a person."""
    message, answer = result.call.message, result.answer
    if isinstance(answer, Exception) or answer is None or result.call.is_question:
        outcome, reason = ("asked" if result.call.is_question else "error"), ""
    else:
        outcome, reason = type(answer).__name__.lower(), getattr(answer, "reason", "")
    fields = {"message_id": message.pk, "kind": message.kind, "channel": message.channel, "attempt": message.attempts}
    told = {"outcome": outcome, "reason": reason, "code": result.code, "ms": result.milliseconds}
    log.info("message_attempt", extra={**fields, **told})


def _record_no_list(message: OutboxMessage, found: Unclear, *, now: datetime) -> bool:
    if not found.may_clear:
        if message.failures + message.left_behind <= MOST_EMAIL_TRIES:
            return True
        outbox.settle(message, State.UNKNOWN, now=now, reason=found.reason)
    elif Channel(message.channel) in circuits.opened():  # until it is back, nobody can be asked
        retries.take_turn(message, found.reason, may_have_left=True, now=now)
    elif message.attempted_at is not None and now - message.attempted_at < ASK_FOR:
        retries.ask_later(message, found.reason, now=now)
    else:
        outbox.settle(message, State.UNKNOWN, now=now, reason=found.reason)
    return False


def _repeat_email(message: OutboxMessage, reason: str, *, now: datetime) -> None:
    if message.failures + message.left_behind < MOST_EMAIL_TRIES:
        retries.put_back(message, reason, EMAIL_PAUSE_SECONDS, may_have_left=True, failures=message.failures, now=now)
    else:
        outbox.settle(message, State.UNKNOWN, now=now, reason=reason)


def _uncertain_seconds(message: OutboxMessage, *, now: datetime) -> float:
    """Return for how long the provider's list may not show the message yet."""
    passed = max(0.0, (now - (message.attempted_at or message.created_at)).total_seconds())
    return sms.SEND_SECONDS + LIST_LAG_SECONDS - passed


def _sid(result: Result) -> str:
    return result.answer.sid if isinstance(result.answer, Sent) else ""
