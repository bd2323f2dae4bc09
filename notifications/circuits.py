"""Circuits of the channels: one is open while its provider takes no message of ours, whatever it says.

While a circuit is open, messages stay due and use up no tries. One message is sent each minute, to see whether the
provider is back. All processes share the rows, which outlive them.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import connection, transaction

from notifications.models import Channel, Circuit

# A circuit opens after this many calls in a row without an answer, or with an error of the provider itself.
MOST_IN_A_ROW = 4
# About once a minute a message goes to see whether the provider is back; they take turns (`retries.TURN_SECONDS`).
PROBE_EVERY = timedelta(seconds=50)

# Asked after each few messages: as text, it costs a third of the same question built anew.
_TROUBLED = "SELECT 1 FROM notifications_circuit WHERE channel = %s AND in_a_row > 0"

log = logging.getLogger(__name__)


class Standing(StrEnum):
    """The state of a circuit after trouble."""

    CLOSED = "closed"
    JUST_OPENED = "just_opened"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Opened:
    """An open circuit: since when the messages of a channel wait for its provider, and why."""

    at: datetime
    reason: str


def opened() -> Mapping[Channel, Opened]:
    """Return the open circuits by channel, with one statement."""
    rows = Circuit.objects.filter(opened_at__isnull=False).order_by("channel")
    return {Channel(row.channel): Opened(row.opened_at, row.reason) for row in rows if row.opened_at is not None}


def take_probe(channel: Channel, *, now: datetime) -> bool:
    """Take the one try of this minute; False if it is too early, or another process took it.

    A later time was written by a clock that ran ahead.
    """
    due = Circuit.objects.filter(channel=channel, opened_at__isnull=False).exclude(
        probe_at__gt=now, probe_at__lte=now + PROBE_EVERY
    )
    return bool(due.update(probe_at=now + PROBE_EVERY))


def give_back_probe(channel: Channel) -> None:
    """Let the next message go to see at once: the one that was to go needed no call."""
    Circuit.objects.filter(channel=channel, opened_at__isnull=False).update(probe_at=None)


def note_trouble(channel: Channel, *, reason: str, opens: bool, now: datetime) -> Standing:
    """Count a call that failed through no fault of the message; return the state of the circuit.

    `opens`: one such call is enough, because our key or account is refused.
    """
    with transaction.atomic():
        Circuit.objects.bulk_create([Circuit(channel=channel)], ignore_conflicts=True)
        circuit = Circuit.objects.select_for_update().get(channel=channel)
        circuit.in_a_row += 1
        was_open = circuit.opened_at is not None
        is_open = was_open or opens or circuit.in_a_row >= MOST_IN_A_ROW
        if is_open:
            circuit.reason = reason[:120]
        if is_open and not was_open:
            circuit.opened_at, circuit.probe_at = now, now + PROBE_EVERY
        circuit.save()
    if not is_open:
        return Standing.CLOSED
    if was_open:
        return Standing.OPEN
    log.error("circuit_opened", extra={"channel": str(channel), "reason": reason})
    return Standing.JUST_OPENED


def note_answer(channel: Channel, *, now: datetime) -> bool:
    """Note that the provider serves us; return whether the circuit was open until now."""
    with connection.cursor() as cursor:
        cursor.execute(_TROUBLED, [channel.value])
        if cursor.fetchone() is None:
            return False
    with transaction.atomic():
        circuit = Circuit.objects.filter(channel=channel, in_a_row__gt=0).select_for_update().first()
        if circuit is None:
            return False
        opened_at, circuit.opened_at, circuit.probe_at, circuit.in_a_row = circuit.opened_at, None, None, 0
        circuit.save()
    if opened_at is not None:
        seconds = max(0, int((now - opened_at).total_seconds()))
        log.warning("circuit_closed", extra={"channel": str(channel), "seconds": seconds})
    return opened_at is not None
