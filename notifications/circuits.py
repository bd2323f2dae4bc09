"""The circuit of each channel: open while its provider takes nothing from us, whatever a message says.

Messages stay due as long as it is open, and none uses up its tries. One of them goes each minute, to see whether the
provider is back. The rows are shared by all processes, and outlive them.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from notifications.models import Channel, Circuit

# So many calls in a row that nobody answered, or that met an error of the provider's own, open it.
MOST_IN_A_ROW = 4
# Once a minute; a little less, as the sweep that looks comes each minute, now some seconds earlier and now later.
PROBE_EVERY = timedelta(seconds=50)

log = logging.getLogger(__name__)


class Standing(StrEnum):
    """How a circuit stands after some trouble."""

    CLOSED = "closed"
    JUST_OPENED = "just_opened"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Opened:
    """Since when the messages of a channel wait for its provider, and why."""

    at: datetime
    reason: str


def opened() -> Mapping[Channel, Opened]:
    """Return the open circuits by channel, with one statement."""
    rows = Circuit.objects.filter(opened_at__isnull=False).order_by("channel")
    return {Channel(row.channel): Opened(row.opened_at, row.reason) for row in rows if row.opened_at is not None}


def take_probe(channel: Channel, *, now: datetime) -> bool:
    """Take the one try of this minute; False where it is not time yet, or another process took it.

    A time that lies farther off was written by a clock that ran ahead.
    """
    due = Circuit.objects.filter(channel=channel, opened_at__isnull=False).exclude(
        probe_at__gt=now, probe_at__lte=now + PROBE_EVERY
    )
    return bool(due.update(probe_at=now + PROBE_EVERY))


def note_trouble(channel: Channel, *, reason: str, opens: bool, now: datetime) -> Standing:
    """Count a call that went wrong for no fault of the message; return how the circuit stands now.

    `opens`: one is enough, as our key or account is refused.
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
    """Take it that the provider serves us; return whether the circuit was open until now."""
    troubled = Circuit.objects.filter(channel=channel, in_a_row__gt=0)
    if not troubled.exists():
        return False
    with transaction.atomic():
        circuit = troubled.select_for_update().first()
        if circuit is None:
            return False
        opened_at, circuit.opened_at, circuit.probe_at, circuit.in_a_row = circuit.opened_at, None, None, 0
        circuit.save()
    if opened_at is not None:
        seconds = max(0, int((now - opened_at).total_seconds()))
        log.warning("circuit_closed", extra={"channel": str(channel), "seconds": seconds})
    return opened_at is not None
