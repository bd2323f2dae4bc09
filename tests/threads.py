"""Calls that begin together, each in a thread of its own."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, local
from typing import TypeVar

from django.db import connection, connections

from tests.patience import LOCK_SECONDS

Result = TypeVar("Result")


def at_once(calls: Sequence[Callable[[], Result]]) -> list[Result]:
    """Return what the calls return, in their order. Each has its connection before the first begins."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Result]) -> Result:
        try:
            with suppress(RuntimeError):  # of a test that asks for no database
                connection.ensure_connection()
            start.wait()
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


class Meeting:
    """Where so many threads wait for each other, each of them once: a rig in which all look before the first writes."""

    def __init__(self, count: int) -> None:
        self._all_are_here, self._mine = Barrier(count), local()

    def wait(self) -> None:
        """Wait for the others, but not for ever: one of them may never come."""
        if not hasattr(self._mine, "has_met"):
            self._mine.has_met = True
            with suppress(BrokenBarrierError):
                self._all_are_here.wait(LOCK_SECONDS)


# Other tests may wait at the same time, in databases of their own on the same server. Who waits for a row waits for a
# transaction, which belongs to no database, but has locked the row's table, which does. The view of sessions would not
# do: a transaction sees it as it was when it first looked.
_WAITING_HERE = """
SELECT count(*) FROM pg_locks waiting
 WHERE NOT waiting.granted
   AND EXISTS (SELECT 1 FROM pg_locks here JOIN pg_database base ON base.oid = here.database
                WHERE here.pid = waiting.pid AND base.datname = current_database())
"""


def until_somebody_waits(most: int, *, or_done: Callable[[], bool] = lambda: False) -> None:
    """Return once so many sessions of this database wait for a lock; at once on SQLite, whose writers stand in line.

    After a minute nobody will, nor where `or_done` tells that somebody came through: what the caller then looks at
    says so.
    """
    if connection.vendor != "postgresql":
        return
    until = time.monotonic() + LOCK_SECONDS
    while time.monotonic() < until and not or_done():
        with connection.cursor() as cursor:
            cursor.execute(_WAITING_HERE)
            if cursor.fetchone()[0] >= most:
                return
        time.sleep(0.02)
