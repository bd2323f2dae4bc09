"""Tallies: how many messages ended how, counted as they are settled, so that nobody counts the whole table."""

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import connection

from notifications.models import MessageTally, OutboxMessage, State

Ending = tuple[str, str, str]  # channel, kind, state
_ADD = """
INSERT INTO notifications_messagetally (channel, kind, state, count) VALUES {rows}
ON CONFLICT (channel, kind, state) DO UPDATE SET count = notifications_messagetally.count + excluded.count
"""


def add_settled(messages: Iterable[OutboxMessage], state: State) -> None:
    """Count messages that were settled, with one statement; rows are locked in the order of their keys."""
    counted = Counter((message.channel, message.kind) for message in messages)
    if not counted:
        return
    rows = [
        value for (channel, kind), count in sorted(counted.items()) for value in (channel, kind, state.value, count)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ADD.format(rows=", ".join(["(%s, %s, %s, %s)"] * len(counted))), rows)


def settled_counts() -> Mapping[Ending, int]:
    """Return how many messages were settled since the counting began, by channel, kind and state."""
    rows = MessageTally.objects.order_by("channel", "kind", "state").values_list("channel", "kind", "state", "count")
    return {(channel, kind, state): count for channel, kind, state, count in rows}
