"""Messages that are planned anew: moved to another time, left out, or taken in again, as long as they have not left."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from notifications.content import NewMessage
from notifications.models import REPLANNED, OutboxMessage, State
from notifications.outbox import NO_LEASE, NOT_LEFT, new_rows

# By the row's own state, so that a message which leaves at this moment is not touched, and goes once.
_MOVE = """
UPDATE notifications_outboxmessage AS message
SET due_at = given.due_at, try_at = given.due_at, state = %s, reason = '', updated_at = %s
FROM {rows}
WHERE message.id = given.pk AND message.attempted_at IS NULL
  AND (message.state = %s OR message.state = %s AND message.reason = %s)
"""


@transaction.atomic
def replan(
    *, dropped: Collection[int], moved: Mapping[int, datetime], added: Sequence[NewMessage], now: datetime
) -> None:
    """Leave out messages by their ids, move others to another time, and write new ones: a statement for each.

    Only what has not left is touched, also what a worker is about to send: it looks at its lease before the call.
    """
    if dropped:
        not_left = OutboxMessage.objects.filter(NOT_LEFT, pk__in=dropped)
        not_left.update(state=State.SKIPPED, reason=REPLANNED, **NO_LEASE, updated_at=now)
    if moved:
        _move(moved, now=now)
    if added:
        OutboxMessage.objects.bulk_create(new_rows(added, now=now), ignore_conflicts=True)


def _move(moved: Mapping[int, datetime], *, now: datetime) -> None:
    adapt = connection.ops.adapt_datetimefield_value
    given = json.dumps([{"pk": pk, "due_at": str(adapt(due_at))} for pk, due_at in moved.items()])
    if connection.vendor == "postgresql":
        rows = "jsonb_to_recordset(%s::jsonb) AS given(pk bigint, due_at timestamptz)"
    else:
        rows = "(SELECT value ->> 'pk' AS pk, value ->> 'due_at' AS due_at FROM json_each(%s)) AS given"
    values = [State.DUE.value, adapt(now), given, State.DUE.value, State.SKIPPED.value, REPLANNED]
    with connection.cursor() as cursor:
        cursor.execute(_MOVE.format(rows=rows), values)
