"""A database in which nobody gets a lock, and calls that wait for none for long."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, connections, transaction

SHORT = "SET lock_timeout = '100ms'" if connection.vendor == "postgresql" else "PRAGMA busy_timeout = 100"
Call = Callable[[], Any]


@contextmanager
def all_locked() -> Iterator[None]:
    """Let nobody else write anything, nor lock what they read."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            names = ", ".join(f'"{model._meta.db_table}"' for model in apps.get_models())
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {names} IN EXCLUSIVE MODE")
        yield


def impatiently(call: Call) -> Any:
    """Call with a connection that waits for no lock for long."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(SHORT)
        return call()
    finally:
        connections.close_all()


def while_locked(call: Call) -> Any:
    with ThreadPoolExecutor(1) as pool, all_locked():
        return pool.submit(impatiently, call).result()
