"""Counters of the limits, in Redis or in SQLite.

They are in Redis if REDIS_URL is set, else in a small SQLite file apart from the main database: counting a read must
not wait for the lock of a booking. Both hold keyed digests, never an address, a number or a name.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from limits.storage import RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from booking.limits.clients import Counted
from booking.limits.table import Limit
from booking.tokens import keyed_digest

# Two processes may read the clock in one order and write in another. A larger step means that the clock was set back.
CLOCK_SKEW_SECONDS = 60
FILE_SECONDS = 5  # for which a count waits for others that are written to the same file
PURGE_SECONDS, PURGE_AT_ONCE = 60, 2000

log = logging.getLogger(__name__)


class RateLimited(Exception):
    """A limit was exceeded; try again after so many seconds."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds


class CountersAway(Exception):
    """The counters are away, so tries at a secret cannot be counted and none is allowed."""


def hit(limit: Limit, who: Iterable[Counted], *, cost: int = 1) -> int:
    """Add `cost` to several counters together; return the count of the first.

    Raises RateLimited, CountersAway. A client over its own limit does not count against the limit of a wider network,
    so its other users do not suffer.
    """
    if _is_lifted(limit):
        return 0
    counts = [0]
    with _storage(guarding=limit) as storage:
        for one in who:
            key = _key(limit, one.who)
            counts.append(int(storage.incr(key, limit.seconds, amount=cost)))
            if counts[-1] > limit.amount * one.times:
                raise RateLimited(_seconds_left(storage, key))
    return counts[1] if counts[1:] else 0


def refuse_if_over(limit: Limit, who: Iterable[Counted]) -> None:
    """Raise RateLimited if a limit is already reached, or CountersAway; nothing is counted."""
    if _is_lifted(limit):
        return
    with _storage(guarding=limit) as storage:
        for one in who:
            key = _key(limit, one.who)
            if storage.get(key) >= limit.amount * one.times:
                raise RateLimited(_seconds_left(storage, key))


def note(limit: Limit, who: Counted) -> None:
    """Count one more without refusing anything. Raises CountersAway."""
    if _is_lifted(limit):
        return
    with _storage(guarding=limit) as storage:
        storage.incr(_key(limit, who.who), limit.seconds)


def pause_between(pause: Limit, who: Counted, *, heat: Limit, of: Counted) -> None:
    """Allow a first try at once, and further ones at intervals that grow with `heat`.

    Beyond the heat's amount the pause between two tries doubles with each, up to the pause's own seconds.
    Raises RateLimited, CountersAway.
    """
    if _is_lifted(pause):
        return
    with _storage(guarding=pause) as storage:
        beyond = storage.get(_key(heat, of.who)) - heat.amount
        if beyond < 0:
            return
        seconds = min(2 ** (min(beyond, 30) + 1), pause.seconds)
        key = _key(pause, who.who)
        if storage.incr(key, seconds) > pause.amount:
            raise RateLimited(_seconds_left(storage, key))


def give_back(limit: Limit, who: Sequence[Counted], *, cost: int = 1) -> None:
    """Take back what `hit` counted, for a try that turned out to be right."""
    if _is_lifted(limit):
        return
    with _storage() as storage:
        for one in who:
            key = _key(limit, one.who)
            if storage.get(key) >= cost:
                storage.incr(key, limit.seconds, amount=-cost)


def forgive(limit: Limit, who: Iterable[Counted]) -> None:
    """Reset the counters of a person who proved their identity."""
    with _storage() as storage:
        for one in who:
            storage.clear(_key(limit, one.who))


def amount_of(limit: Limit, who: Iterable[Counted]) -> int:
    """Return the count of the network that has used the largest part of its limit; 0 without any count."""
    if _is_lifted(limit):
        return 0
    return _number(lambda storage: max((int(storage.get(_key(limit, one.who))) // one.times for one in who), default=0))


def count(what: str, who: str, *, seconds: int) -> int:
    """Count one more of something without a limit, and return the count; 0 if nothing is counted."""
    if not settings.RATE_LIMITS:
        return 0
    return _number(lambda storage: int(storage.incr(_count_key(what, who), seconds)))


def counted(what: str, who: str) -> int:
    """Return the count of something; 0 if nothing was counted."""
    if not settings.RATE_LIMITS:
        return 0
    return _number(lambda storage: int(storage.get(_count_key(what, who))))


def _is_lifted(limit: Limit) -> bool:
    return not (settings.RATE_LIMITS or limit.guards_secret)


def _number(ask: Callable[[Storage], int]) -> int:
    """Return a number from the counters; 0 if they are away."""
    numbers = [0]
    with _storage() as storage:
        numbers.append(ask(storage))
    return numbers[-1]


@contextmanager
def _storage(*, guarding: Limit | None = None) -> Iterator[Storage]:
    """Give access to the counters; if they are away, the block ends early and no visitor suffers.

    Tries at a secret must not be unlimited then: raises CountersAway if the limit guards a secret.
    """
    storage = _limiter().storage
    try:
        yield storage
    except storage.base_exceptions as error:
        log.warning("limits_unavailable", extra={"error": type(error).__name__})
        if guarding is not None and guarding.guards_secret:
            raise CountersAway from error


def _seconds_left(storage: Storage, key: str) -> int:
    return max(1, int(storage.get_expiry(key) - time.time()) + 1)


def _key(limit: Limit, who: str) -> str:
    return f"{limit.name}/{limit.seconds}/{keyed_digest(limit.name, who)[:32]}"


def _count_key(what: str, who: str) -> str:
    return f"{what}/{keyed_digest(what, who)[:32]}"


@cache
def _limiter() -> FixedWindowRateLimiter:
    if settings.REDIS_URL:
        # Here, as others wait for it: `limits` takes a library that another thread has half loaded for an old version.
        import_module("redis")
    # A Redis that hangs must not hold up the request that is counted there.
    storage: Storage = (
        RedisStorage(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=2)
        if settings.REDIS_URL
        else CounterFile(settings.DATA_DIR)
    )
    return FixedWindowRateLimiter(storage)


class CounterFile(Storage):
    """Counters in one SQLite file, shared by the processes of one machine."""

    STORAGE_SCHEME = ["counterfile"]

    def __init__(self, data_dir: Path) -> None:
        super().__init__()
        self._path = data_dir / "limits.sqlite3"
        self._local = threading.local()
        self._purged_at = time.monotonic()

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        return sqlite3.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a counter and return it; it starts anew if its window is over, or lies ahead of a corrected clock."""
        now = time.time()
        self._purge_now_and_then(now)
        row = self.connection().execute(
            "INSERT INTO counter (key, amount, expires_at) VALUES (:key, :amount, :now + :expiry)"
            " ON CONFLICT (key) DO UPDATE SET"
            " amount = CASE WHEN expires_at > :now AND expires_at <= :now + :expiry + :skew"
            "  THEN amount + :amount ELSE MAX(:amount, 0) END,"
            " expires_at = CASE WHEN expires_at > :now AND expires_at <= :now + :expiry + :skew"
            "  THEN expires_at ELSE :now + :expiry END"
            " RETURNING amount",
            {"key": key, "amount": amount, "now": now, "expiry": expiry, "skew": CLOCK_SKEW_SECONDS},
        )
        return int(row.fetchone()[0])

    def get(self, key: str) -> int:
        row = self._read("amount", key)
        return int(row[0]) if row else 0

    def get_expiry(self, key: str) -> float:
        row = self._read("expires_at", key)
        return float(row[0]) if row else time.time()

    def check(self) -> bool:
        return bool(self.connection().execute("SELECT 1").fetchone())

    def reset(self) -> int | None:
        return self.connection().execute("DELETE FROM counter").rowcount

    def clear(self, key: str) -> None:
        self.connection().execute("DELETE FROM counter WHERE key = ?", [key])

    def _read(self, column: str, key: str) -> Any:
        return (
            self.connection()
            .execute(
                f"SELECT {column} FROM counter WHERE key = ? AND expires_at > ?",  # noqa: S608 -- a name of ours
                [key, time.time()],
            )
            .fetchone()
        )

    def _purge_now_and_then(self, now: float) -> None:
        """Delete some counters whose window is over, once a minute, because a process lives for months."""
        begun = time.monotonic()
        if begun - self._purged_at < PURGE_SECONDS:
            return
        self._purged_at = begun
        self.connection().execute(
            "DELETE FROM counter WHERE key IN (SELECT key FROM counter WHERE expires_at <= ? LIMIT ?)",
            [now, PURGE_AT_ONCE],
        )

    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection; opening it creates the file and deletes old counters."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self._path.touch(mode=0o600)
            connection = sqlite3.connect(self._path, timeout=FILE_SECONDS, isolation_level=None)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")  # a count lost in a power cut harms nobody
            connection.execute(
                "CREATE TABLE IF NOT EXISTS counter"
                " (key TEXT PRIMARY KEY, amount INTEGER NOT NULL, expires_at REAL NOT NULL) WITHOUT ROWID"
            )
            connection.execute("CREATE INDEX IF NOT EXISTS counter_expires_at ON counter (expires_at)")
            connection.execute("DELETE FROM counter WHERE expires_at <= ?", [time.time()])
            self._local.connection = connection
        return connection
