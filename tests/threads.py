"""Calls that begin together, each in a thread of its own."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection, connections

Result = TypeVar("Result")


def at_once(calls: Sequence[Callable[[], Result]]) -> list[Result]:
    """Return what the calls return, in their order."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Result]) -> Result:
        try:
            start.wait()
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def until_somebody_waits(most: int, *, or_done: Callable[[], bool] = lambda: False) -> None:
    """Return once so many sessions of PostgreSQL wait for a lock; at once on SQLite, whose writers stand in line.

    After ten seconds nobody will, nor where `or_done` tells that somebody came through: what the caller then looks at
    says so.
    """
    if connection.vendor != "postgresql":
        return
    until = time.monotonic() + 10
    while time.monotonic() < until and not or_done():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] >= most:
                return
        time.sleep(0.02)
