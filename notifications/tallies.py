"""Tallies: how many messages ended how, counted as they are settled, so that nobody counts the whole table."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from notifications.models import MessageTally, OutboxMessage, State

Ending = tuple[str, str, str]  # channel, kind, state
WITHIN_SECONDS = (10, 60, 600, 3600)
_WITHIN = tuple(f"within_{seconds}" for seconds in WITHIN_SECONDS)
_ADDED = ("count", "measured", "seconds", *_WITHIN)
_ADD = f"""
INSERT INTO notifications_messagetally (channel, kind, state, {", ".join(_ADDED)}) VALUES {{rows}}
ON CONFLICT (channel, kind, state) DO UPDATE
SET {", ".join(f"{name} = notifications_messagetally.{name} + excluded.{name}" for name in _ADDED)}
"""  # noqa: S608 -- names of ours


@dataclass(slots=True)
class Waits:
    """How long messages of a channel waited from when they were due until their provider had taken them."""

    count: int = 0
    seconds: int = 0
    within: tuple[int, ...] = (0,) * len(WITHIN_SECONDS)  # how many waited no longer than each of WITHIN_SECONDS


def add_settled(messages: Iterable[OutboxMessage], state: State, *, now: datetime) -> None:
    """Count messages that were settled, with one statement; rows are locked in the order of their keys.

    How long they waited is counted for those that were sent.
    """
    counted: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * len(_ADDED))
    for message in messages:
        added = counted[message.channel, message.kind]
        for place, amount in enumerate(_amounts(message, state, now=now)):
            added[place] += amount
    if not counted:
        return
    rows: list[str | int] = []
    for (channel, kind), amounts in sorted(counted.items()):
        rows += [channel, kind, state.value, *amounts]
    row = f"({', '.join(['%s'] * (3 + len(_ADDED)))})"
    with connection.cursor() as cursor:
        cursor.execute(_ADD.format(rows=", ".join([row] * len(counted))), rows)


def _amounts(message: OutboxMessage, state: State, *, now: datetime) -> tuple[int, ...]:
    if state != State.SENT:
        return (1, *(0 for _name in _ADDED[1:]))
    seconds = max(0, round((now - message.due_at).total_seconds()))
    return (1, 1, seconds, *(int(seconds <= most) for most in WITHIN_SECONDS))


def waits_by_channel() -> Mapping[str, Waits]:
    """Return how long the messages that were sent waited, by channel; one statement."""
    found: dict[str, Waits] = {}
    rows = MessageTally.objects.filter(state=State.SENT, measured__gt=0).order_by("channel")
    for channel, count, seconds, *within in rows.values_list("channel", "measured", "seconds", *_WITHIN):
        waits = found.setdefault(channel, Waits())
        waits.count, waits.seconds = waits.count + count, waits.seconds + seconds
        waits.within = tuple(known + one for known, one in zip(waits.within, within, strict=True))
    return found


def settled_counts() -> Mapping[Ending, int]:
    """Return how many messages were settled since the counting began, by channel, kind and state."""
    rows = MessageTally.objects.order_by("channel", "kind", "state").values_list("channel", "kind", "state", "count")
    return {(channel, kind, state): count for channel, kind, state, count in rows}
