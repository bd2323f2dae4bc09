"""The replica: a copy of the database that follows it, for answers that may be a second old.

See docs/decisions/0040-what-a-replica-may-answer.md. Without DATABASE_REPLICA_URL nothing here does anything.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections
from django.http import HttpResponseBase

ALIAS = "replica"
LONGEST_LAG_SECONDS = 3
LOOK_AGAIN_SECONDS = 1
_MARKS_KEPT = 2 * LONGEST_LAG_SECONDS
_WRITTEN = "SELECT pg_current_wal_flush_lsn()"
_FOLLOWED = "SELECT pg_last_wal_replay_lsn() WHERE pg_is_in_recovery()"

Answered = TypeVar("Answered")
log = logging.getLogger(__name__)


def may_lag(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let the replica answer a view that only reads, for whoever can have written nothing.

    A request with a cookie or an Authorization header is answered by the database itself: staff, tablets and people
    with a booking or a hold read what they have just written. So is everybody while the replica is away or far behind.
    """

    @wraps(view)
    def answer(*arguments: Any, **named: Any) -> HttpResponseBase:
        request = next(one for one in arguments if hasattr(one, "COOKIES"))
        if request.COOKIES or "HTTP_AUTHORIZATION" in request.META:
            return view(*arguments, **named)
        return read_where_it_may_lag(lambda: view(*arguments, **named))

    return answer


def read_where_it_may_lag(read: Callable[[], Answered]) -> Answered:
    """Return what a function reads from the replica, or from the database where the replica is of no use now."""
    if not is_followed():
        return read()
    try:
        with _on_replica():
            return read()
    except (DatabaseError, InterfaceError) as error:
        _follower.leave(type(error).__name__)
    return read()


def is_configured() -> bool:
    """Tell whether there is a replica."""
    return ALIAS in connections.settings


def is_followed() -> bool:
    """Tell whether the replica has all that was written more than LONGEST_LAG_SECONDS ago."""
    return is_configured() and _follower.is_near()


def is_left() -> bool:
    """Tell whether the replica is of no use: it does not answer, or is known to be behind.

    A process that looks seldom has no young mark that a replica of a busy database could have passed: it uses the
    database, but that is no fault of the replica.
    """
    return is_configured() and _follower.is_left()


@contextmanager
def _on_replica() -> Iterator[None]:
    """Let all statements of this thread go to the replica."""
    primary = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = connections[ALIAS]
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = primary


class _Follower:
    """What this process knows of the replica: how far the database was, when, and how far the replica has come.

    All that was written before a mark was made stands before its place in the log. Once the replica is past that place
    it has it all, whatever the clocks of the hosts say. A look costs one statement on each, once a second.
    """

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque(maxlen=_MARKS_KEPT)
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._near_until = float("-inf")  # while another thread looks, nobody goes by an older judgement than this
        self._is_told = False

    def is_near(self) -> bool:
        if time.monotonic() - self._looked_at >= LOOK_AGAIN_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._looked_at = time.monotonic()
                self._lock.release()
        return time.monotonic() <= self._near_until

    def is_left(self) -> bool:
        return not self.is_near() and self._is_told

    def leave(self, reason: str) -> None:
        """Ask the database alone until the next look; the log has one line for each time the replica is left."""
        self._near_until = float("-inf")
        self._looked_at = time.monotonic()
        if not self._is_told:
            log.warning("replica_left", extra={"reason": reason})
        self._is_told = True

    def _look(self) -> None:
        begun = time.monotonic()
        try:
            self._marks.append((begun, _place(DEFAULT_DB_ALIAS, _WRITTEN)))
            has = _place(ALIAS, _FOLLOWED)
        except (DatabaseError, InterfaceError) as error:
            self.leave(type(error).__name__)
            return
        now = time.monotonic()
        near = [at for at, place in self._marks if place <= has]
        missed = [at for at, place in self._marks if place > has]
        is_near = bool(near) and now - max(near) <= LONGEST_LAG_SECONDS - LOOK_AGAIN_SECONDS
        self._near_until = max(near) + LONGEST_LAG_SECONDS if is_near else float("-inf")
        if is_near and self._is_told:
            log.warning("replica_followed")
            self._is_told = False
        elif not is_near and missed and now - min(missed) > LONGEST_LAG_SECONDS:
            self.leave("behind")


def _place(alias: str, sql: str) -> int:
    """Return a place in the log of writes; -1 of a server that follows nobody."""
    with connections[alias].cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    if row is None:
        return -1
    high, low = str(row[0]).split("/")
    return (int(high, 16) << 32) + int(low, 16)


_follower = _Follower()
