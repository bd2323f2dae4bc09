"""The end of one try of a message: it is settled, or tried again after a pause."""

import random
from datetime import datetime, timedelta

from django.db import transaction

from notifications import circuits, outbox, receipts
from notifications.answers import Barred, OnceMore, Sent
from notifications.circuits import Standing
from notifications.models import Channel, OutboxMessage, State

MOST_FAILURES = 6
MOST_PUZZLING = 3  # tries that were refused for a reason nobody knows
FIRST_PAUSE_SECONDS = 15  # after a failure; then twice as long each time
LONGEST_PAUSE_SECONDS = 900
LONGEST_WAIT_SECONDS = 60  # for a provider that was not reached
# As long as the provider takes nothing, the messages take turns in going to see: one a minute.
TURN_SECONDS = 90
ASK_AGAIN_SECONDS = 15  # whether it left, where the provider could not be asked


def settle_found(message: OutboxMessage, sent: Sent, *, now: datetime) -> None:
    """Settle a message as the provider has it; a text that failed goes once more, or by e-mail instead."""
    if sent.failure is not None and (sent.sid or isinstance(sent.failure, OnceMore)):
        receipts.take_failure(message=message, failure=sent.failure, provider_sid=sent.sid, now=now, is_held=True)
    else:
        _settle(message, sent.state, sent.reason, provider_sid=sent.sid, now=now)
    if not isinstance(sent.failure, Barred) and circuits.note_answer(Channel(message.channel), now=now):
        outbox.bring_forward(Channel(message.channel), now=now)


def _settle(message: OutboxMessage, state: State, reason: str, *, now: datetime, provider_sid: str = "") -> None:
    """Settle a message; a text that will not go this way goes by e-mail instead."""
    with transaction.atomic():
        is_ours = outbox.settle(message, state, now=now, reason=reason, provider_sid=provider_sid)
        if is_ours and state in (State.FAILED, State.DEAD) and message.channel == Channel.SMS:
            outbox.send_instead(message, Channel.EMAIL, now=now)


def waits_for_provider(message: OutboxMessage, reason: str, *, now: datetime, opens: bool = False) -> bool:
    """Put a message back that the provider did not take, for no fault of its own, if it takes none at all.

    One that says so again and again, while others pass, is at fault after all.
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
    """Count a try that went wrong for no fault of the message; return how its channel stands now."""
    return circuits.note_trouble(Channel(message.channel), reason=reason, opens=opens, now=now)


def take_turn(
    message: OutboxMessage, reason: str, *, may_have_left: bool, now: datetime, is_failure: bool = False
) -> None:
    """Put a message back until its provider is there again; others go to see meanwhile. It costs no try."""
    why, failures = f"{outbox.WAITS_FOR_PROVIDER} {reason}", message.failures - (not is_failure)
    put_back(message, why, TURN_SECONDS, may_have_left=may_have_left, failures=failures, now=now)


def wait(message: OutboxMessage, reason: str, after_seconds: int, longest_seconds: int, *, now: datetime) -> None:
    """Put a message back that was surely not accepted: as often as it takes, until it is of no use any more."""
    pause = max(after_seconds, min(longest_seconds, 5 * 2 ** min(message.attempts, 8)))
    put_back(message, reason, pause, may_have_left=False, failures=0, now=now)


def ask_later(message: OutboxMessage, reason: str, *, now: datetime) -> None:
    """Put a message back whose provider could not be asked whether it left."""
    put_back(message, reason, ASK_AGAIN_SECONDS, may_have_left=True, failures=message.failures, now=now)


def try_later(
    message: OutboxMessage,
    reason: str,
    *,
    may_have_left: bool,
    now: datetime,
    end: State = State.DEAD,
    most: int = MOST_FAILURES,
) -> None:
    """Put a message back with a growing pause, or give it to a person after too many failures."""
    if message.failures >= most:
        _settle(message, end, reason, now=now)
        return
    pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (message.failures - 1))
    put_back(message, reason, pause, may_have_left=may_have_left, failures=message.failures, now=now)


def postpone(message: OutboxMessage, *, until: datetime, reason: str, now: datetime) -> None:
    """Put a message back for another hour of the day; one that may have left keeps the time it is known by."""
    if message.attempted_at is None:
        outbox.postpone(message, until=until, reason=reason, now=now)
    else:
        seconds = min(3600.0, (until - now).total_seconds())
        put_back(message, reason, seconds, may_have_left=True, failures=0, now=now)


def put_back(
    message: OutboxMessage, reason: str, pause_seconds: float, *, may_have_left: bool, failures: int, now: datetime
) -> None:
    """Put a message back for so long, and a little more."""
    spread = random.uniform(1, 1.2)  # noqa: S311 -- only keeps many from coming back at the same second
    try_at = now + timedelta(seconds=pause_seconds * spread)
    outbox.put_back(message, try_at=try_at, reason=reason, may_have_left=may_have_left, failures=failures, now=now)
