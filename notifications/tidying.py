"""Tidying: messages of visits long over leave the table of messages, and stay as counts of their days."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from django.db import connection, transaction

from notifications.models import OPEN_STATES, OutboxMessage

LEAST_DAYS = 90
BATCH = 1000
_COLUMNS = ("pk", "account", "kind", "channel", "state", "segments", "due_at", "not_after", "created_at")
_ADD = """
INSERT INTO notifications_messageday (account, day, kind, channel, state, count, measured, segments) VALUES {rows}
ON CONFLICT (account, day, kind, channel, state) DO UPDATE SET
    count = notifications_messageday.count + excluded.count,
    measured = notifications_messageday.measured + excluded.measured,
    segments = notifications_messageday.segments + excluded.segments
"""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long the messages of an account are kept, and the zone of its days."""

    days: int
    zone: tzinfo


_USUAL = Keeping(LEAST_DAYS, UTC)


def tidy(*, keeping: Mapping[str, Keeping], now: datetime) -> int:
    """Count and delete the settled messages that have been of no use for as long as they are kept; return how many.

    They are kept for 90 days at least. A batch is counted and deleted by one transaction, so that nobody waits long.
    """
    last, tidied = 0, 0
    while True:
        seen, deleted = _tidy_batch(last, keeping=keeping, now=now)
        tidied += deleted
        if seen is None:
            return tidied
        last = seen


@transaction.atomic
def _tidy_batch(last: int, *, keeping: Mapping[str, Keeping], now: datetime) -> tuple[int | None, int]:
    """Tidy the messages that come after one; return the last that was looked at, None at the end, and how many went.

    Messages are looked at in the order in which they were written: of those that are younger than any that goes, only
    one batch.
    """
    after = OutboxMessage.objects.filter(pk__gt=last).order_by("pk")
    rows = list(after.select_for_update(skip_locked=True).values_list(*_COLUMNS, named=True)[:BATCH])
    old = [row for row in rows if row.state not in OPEN_STATES and _is_over(row, keeping, now)]
    if old:
        _add(old, keeping)
        OutboxMessage.objects.filter(pk__in=[row.pk for row in old]).delete()
    is_last = len(rows) < BATCH or rows[-1].created_at > now - timedelta(days=LEAST_DAYS)
    return None if is_last else rows[-1].pk, len(old)


def _is_over(row: OutboxMessage, keeping: Mapping[str, Keeping], now: datetime) -> bool:
    days = max(LEAST_DAYS, keeping.get(row.account, _USUAL).days)
    return row.not_after < now - timedelta(days=days)


def _add(rows: Sequence[OutboxMessage], keeping: Mapping[str, Keeping]) -> None:
    counts: Counter[tuple[str, ...]] = Counter()
    measured: Counter[tuple[str, ...]] = Counter()
    segments: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        day = row.due_at.astimezone(keeping.get(row.account, _USUAL).zone).date().isoformat()
        key = (row.account, day, row.kind, row.channel, row.state)
        counts[key] += 1
        if row.segments is not None:
            measured[key] += 1
            segments[key] += row.segments
    values: list[str | int] = []
    for of_day in sorted(counts):
        values += [*of_day, counts[of_day], measured[of_day], segments[of_day]]
    with connection.cursor() as cursor:
        cursor.execute(_ADD.format(rows=", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * len(counts))), values)
