"""Retries: after each try a message is settled, or tried again after a pause."""

import random
from datetime import datetime, timedelta

from django.db import transaction

from notifications import circuits, outbox, provider_texts, receipts
from notifications.answers import Barred, OnceMore, Sent
from notifications.circuits import Standing
from notifications.models import Channel, OutboxMessage, State

MOST_FAILURES = 6
MOST_LEFT_BEHIND = 20  # by workers that ended: the message may be what ends them
MOST_PUZZLING = 3  # tries that were refused for an unknown reason
FIRST_PAUSE_SECONDS = 15  # after a failure; then twice as long each time
LONGEST_PAUSE_SECONDS = 900
LONGEST_WAIT_SECONDS = 60  # for a provider that was not reached
# As long as the provider takes nothing, the messages take turns in trying it: one a minute.
TURN_SECONDS = 90
ASK_AGAIN_SECONDS = 15  # to ask whether it was sent, if the provider could not be asked


def settle_found(message: OutboxMessage, sent: Sent, *, now: datetime) -> None:
    """Settle a message as the provider reports it; a failed text is sent again, or by e-mail instead."""
    if sent.failure is not None and (sent.sid or isinstance(sent.failure, OnceMore)):
        receipts.take_failure(message=message, failure=sent.failure, provider_sid=sent.sid, now=now, is_held=True)
    else:
        _settle(message, sent.state, sent.reason, provider_sid=sent.sid, now=now)
    if not isinstance(sent.failure, Barred) and circuits.note_answer(Channel(message.channel), now=now):
        outbox.bring_forward(Channel(message.channel), now=now)


def _settle(message: OutboxMessage, state: State, reason: str, *, now: datetime, provider_sid: str = "") -> None:
    """Settle a message; a text that can never be sent goes by e-mail instead."""
    with transaction.atomic():
        if message.channel == Channel.SMS:
            provider_texts.note_texts([(provider_sid, message.pk)], now=now)
        is_ours = outbox.settle(message, state, now=now, reason=reason, provider_sid=provider_sid)
        if is_ours and state in (State.FAILED, State.DEAD) and message.channel == Channel.SMS:
            outbox.send_instead(message, Channel.EMAIL, now=now)


def waits_for_provider(message: OutboxMessage, reason: str, *, now: datetime, opens: bool = False) -> bool:
    """Put back a message that was not accepted, through no fault of its own, if the provider takes none at all.

    A message that meets this again and again, while others pass, is itself at fault.
    """
    standing = note_trouble(message, reason, opens=opens, now=now)
    if standing == Standing.CLOSED:
        return False
    has_opened_it = opens and standing == Standing.JUST_OPENED
    if has_opened_it and message.failures >= MOST_FAILURES:
        _settle(message, State.DEAD, reason, now=now)
    else:
        take_turn(message, reason, may_have_left=False, is_failure=has_opened_it, now=now)
    return True


def note_trouble(message: OutboxMessage, reason: str, *, now: datetime, opens: bool = False) -> Standing:
    """Count a try that failed through no fault of the message; return the state of its channel's circuit."""
    return circuits.note_trouble(Channel(message.channel), reason=reason, opens=opens, now=now)


def take_turn(
    message: OutboxMessage, reason: str, *, may_have_left: bool, now: datetime, is_failure: bool = False
) -> None:
    """Put a message back until its provider returns; other messages try it meanwhile. It costs no try."""
    why, failures = f"{outbox.WAITS_FOR_PROVIDER} {reason}", message.failures - (not is_failure)
    put_back(message, why, TURN_SECONDS, may_have_left=may_have_left, failures=failures, now=now)


def wait(message: OutboxMessage, reason: str, after_seconds: int, longest_seconds: int, *, now: datetime) -> None:
    """Put back a message that was surely not accepted: without limit, until it is useless."""
    pause = max(after_seconds, min(longest_seconds, 5 * 2 ** min(message.attempts, 8)))
    put_back(message, reason, pause, may_have_left=False, failures=0, now=now)


def ask_later(message: OutboxMessage, reason: str, *, now: datetime, least_seconds: float = 0) -> None:
    """Put back a message if the provider could not tell yet whether it was sent."""
    pause = max(ASK_AGAIN_SECONDS, least_seconds)
    put_back(message, reason, pause, may_have_left=True, failures=message.failures, now=now)


def release(message: OutboxMessage, *, may_have_left: bool, now: datetime) -> None:
    """Put back a message whose call was not begun: it is due at once, and has used up no try."""
    put_back(message, "", 0, may_have_left=may_have_left, failures=message.failures - 1, now=now)


def try_later(
    message: OutboxMessage,
    reason: str,
    *,
    may_have_left: bool,
    now: datetime,
    end: State = State.DEAD,
    most: int = MOST_FAILURES,
    least_seconds: float = 0,
) -> None:
    """Put a message back with a growing pause, or give it to a person after too many failures."""
    if message.failures >= most:
        _settle(message, end, reason, now=now)
        return
    pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (message.failures - 1))
    put_back(
        message, reason, max(pause, least_seconds), may_have_left=may_have_left, failures=message.failures, now=now
    )


def postpone(message: OutboxMessage, *, until: datetime, reason: str, now: datetime) -> None:
    """Put a message back to another hour; one that may have been sent keeps the time by which it is looked up."""
    if message.attempted_at is None:
        outbox.postpone(message, until=until, reason=reason, now=now)
    else:
        seconds = min(3600.0, (until - now).total_seconds())
        put_back(message, reason, seconds, may_have_left=True, failures=0, now=now)


def put_back(
    message: OutboxMessage, reason: str, pause_seconds: float, *, may_have_left: bool, failures: int, now: datetime
) -> None:
    """Put a message back for this long, and a little longer."""
    spread = random.uniform(1, 1.2)  # noqa: S311 -- only keeps many from coming back at the same second
    try_at = now + timedelta(seconds=pause_seconds * spread)
    outbox.put_back(message, try_at=try_at, reason=reason, may_have_left=may_have_left, failures=failures, now=now)
