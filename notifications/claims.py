"""Claims: one worker takes messages that are due, or that a worker left behind, under a lease.

Messages that were due when they were written come before those that were planned. Of the former, a store that already
has many on their way comes after the others, so that a day that closes does not keep a customer elsewhere waiting.
"""

import json
import sys
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from notifications.held_rows import prepare
from notifications.models import Channel, OutboxMessage, State
from notifications.outbox import LEASE

# No pause between two tries and no lease is longer than this; a longer one was written by a clock that ran ahead.
LONGEST_PAUSE = timedelta(hours=2)
# So was what happened later than this after now: the clocks of two hosts are nearer to each other.
CLOCKS_APART = timedelta(minutes=2)
MOST_ATTEMPTS = 9999  # counted; there may be more
# A message that was left behind so often is taken one at a time: it may be what brings workers down, and the others
# of its claim must not be left behind with it each time.
MOST_TOGETHER = 3
_TABLE = OutboxMessage._meta.db_table
# Of a clock that ran ahead is what it wrote, and holds back.
_MISDATED = "(updated_at > %(apart)s OR attempted_at > %(apart)s)"
# The words stand in the SQL, and truth as a value to compare: so each database finds the rows by the index.
_LEFT_BEHIND = f"""state = '{State.SENDING}' AND channel = %(channel)s AND due_at <= %(now)s
 AND (lease_until < %(now)s OR lease_until > %(longest)s OR {_MISDATED})"""
_DUE = f"""state = '{State.DUE}' AND channel = %(channel)s AND due_at <= %(now)s
 AND (try_at <= %(now)s OR try_at > %(longest)s OR {_MISDATED})"""
_NEW = f"{_DUE} AND is_planned = FALSE"
_PLANNED = f"{_DUE} AND is_planned = TRUE"
_UNTRIED = " AND attempted_at IS NULL"
_NOT_CROWDING = {
    "postgresql": "account <> ALL(%(crowding)s)",
    "sqlite": "account NOT IN (SELECT value FROM json_each(%(crowding)s))",
}
_LOOK = f"""
SELECT (SELECT MAX(left_behind) FROM {_TABLE} WHERE {_LEFT_BEHIND}),
       EXISTS (SELECT 1 FROM {_TABLE} WHERE {_NEW}{{tried}}), EXISTS (SELECT 1 FROM {_TABLE} WHERE {_PLANNED}{{tried}})
"""  # noqa: S608 -- names and words of ours, here and below
# A common table expression, because PostgreSQL may evaluate a subquery with a limit more than once.
_CLAIM = f"""
WITH chosen (chosen_id) AS (
    SELECT id FROM {_TABLE} WHERE {{condition}} ORDER BY due_at, id LIMIT %(limit)s {{skip_locked}}
)
UPDATE {_TABLE}
SET attempts = CASE WHEN attempts < {MOST_ATTEMPTS} THEN attempts + 1 ELSE attempts END,
    failures = CASE WHEN state = '{State.DUE}' THEN failures + 1 ELSE failures END,
    left_behind = CASE WHEN state = '{State.DUE}' THEN left_behind ELSE left_behind + 1 END,
    attempted_at = CASE WHEN attempted_at > %(apart)s THEN %(now)s ELSE attempted_at END,
    state = '{State.SENDING}', lease_until = %(lease_until)s, lease_token = %(lease_token)s, updated_at = %(now)s
WHERE id IN (SELECT chosen_id FROM chosen)
RETURNING *
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What a look found: how often the most often left behind was, None without any, and what is due."""

    most_often_left_behind: int | None
    is_new: bool
    is_planned: bool


def claim_due(
    *, now: datetime, limit: int, channel: Channel, crowding: Collection[str] = (), only_new: bool = False
) -> list[OutboxMessage]:
    """Claim messages of a channel with a new lease, and count the try: one look, and a statement for each sort of them.

    First come those that a worker left behind: with `attempted_at`, they may have been sent already. `crowding` names
    the accounts that come after the others, and `only_new` leaves out all that may be under way. No lock is taken if
    nothing is due.
    """
    tried = _UNTRIED if only_new else ""
    waiting = _look(channel, tried, now=now)
    claimed: list[OutboxMessage] = []
    left_behind = () if only_new else _left_behind(waiting)
    for condition, most in (*left_behind, *_due(waiting, tried, has_crowding=bool(crowding))):
        if len(claimed) < limit:
            wanted = min(most, limit - len(claimed))
            claimed += _claim(condition, channel, now=now, limit=wanted, crowding=crowding)
    return claimed


def waits(channel: Channel, *, now: datetime) -> bool:
    """Tell whether a message of a channel could be claimed now, with one statement."""
    waiting = _look(channel, "", now=now)
    return waiting.most_often_left_behind is not None or waiting.is_new or waiting.is_planned


def _look(channel: Channel, tried: str, *, now: datetime) -> _Waiting:
    with connection.cursor() as cursor:
        cursor.execute(_LOOK.format(tried=tried), _values(channel, now=now))
        most_often, is_new, is_planned = cursor.fetchone()
    return _Waiting(most_often, bool(is_new), bool(is_planned))


def _left_behind(waiting: _Waiting) -> Iterator[tuple[str, int]]:
    """Yield what tells messages that were left behind, in the order of their claims, and the most to claim."""
    if waiting.most_often_left_behind is None:
        return
    if waiting.most_often_left_behind < MOST_TOGETHER:
        yield _LEFT_BEHIND, sys.maxsize
    else:
        yield f"{_LEFT_BEHIND} AND left_behind >= {MOST_TOGETHER}", 1
        yield f"{_LEFT_BEHIND} AND left_behind < {MOST_TOGETHER}", sys.maxsize


def _due(waiting: _Waiting, tried: str, *, has_crowding: bool) -> Iterator[tuple[str, int]]:
    """Yield the same of messages that are due."""
    if waiting.is_new and has_crowding:
        yield f"{_NEW}{tried} AND {_NOT_CROWDING[connection.vendor]}", sys.maxsize
    if waiting.is_new:
        yield f"{_NEW}{tried}", sys.maxsize
    if waiting.is_planned:
        yield f"{_PLANNED}{tried}", sys.maxsize


def _claim(
    condition: str, channel: Channel, *, now: datetime, limit: int, crowding: Collection[str]
) -> list[OutboxMessage]:
    is_postgresql = connection.vendor == "postgresql"
    sql = _CLAIM.format(condition=condition, skip_locked="FOR UPDATE SKIP LOCKED" if is_postgresql else "")
    values = {
        **_values(channel, now=now),
        "limit": limit,
        "crowding": list(crowding) if is_postgresql else json.dumps(list(crowding)),
        "lease_until": prepare("lease_until", now + LEASE),
        "lease_token": prepare("lease_token", uuid.uuid4()),
    }
    rows = sorted(OutboxMessage.objects.raw(sql, values), key=lambda message: (message.due_at, message.pk))
    for message in rows:
        message.is_misdated = message.attempted_at == now
    return rows


def _values(channel: Channel, *, now: datetime) -> dict[str, Any]:
    longest, apart = (prepare("lease_until", now + pause) for pause in (LONGEST_PAUSE, CLOCKS_APART))
    return {"channel": channel.value, "now": prepare("due_at", now), "longest": longest, "apart": apart}
