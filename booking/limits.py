"""How often one address or one phone number may ask: counted over all stores and all processes.

Counters live in Redis where REDIS_URL is set, else in a small SQLite file beside the data, apart from the books:
counting a read must not wait for a booking's lock. Both hold keyed digests, never an address or a number.
"""

import ipaddress
import logging
import sqlite3
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from booking.tokens import keyed_digest

READS = RateLimitItemPerMinute(600, namespace="reads")
WRITES = RateLimitItemPerHour(60, namespace="writes")
WRONG_TOKENS = (
    RateLimitItemPerMinute(10, namespace="tokens"),
    RateLimitItemPerDay(100, namespace="tokens"),
)
NEW_BOOKINGS = RateLimitItemPerDay(3, namespace="bookings")
NEW_WAITING = RateLimitItemPerDay(3, namespace="waiting")  # apart, so that who waits may still take a place

# Wrong codes of a second factor, of one person, whatever page or program they are given to.
WRONG_CODES, WRONG_WITHIN_SECONDS = 10, 900

LOST_LINKS = RateLimitItemPerDay(3, namespace="lost_links")

_UNLIMITED = ("/static/", "/staff/", "/api/v1/staff/", "/webhooks/", "/healthz", "/readyz", "/metrics")
_READING_POSTS = ("/api/v1/availability/lookup",)

# Two processes read the clock in one order and write in another; more than this is a clock that was set back.
CLOCK_SKEW_SECONDS = 60

log = logging.getLogger(__name__)


class RateLimited(Exception):
    """Too many of these; try again after so many seconds."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds


def check_request(request: HttpRequest) -> None:
    """Count one request of the public pages and API against its address. Raises RateLimited."""
    path = request.path_info  # without what the reader chose
    if path.startswith(_UNLIMITED):
        return
    is_read = request.method in ("GET", "HEAD", "OPTIONS") or path in _READING_POSTS
    _hit(READS if is_read else WRITES, "address", client_address(request))


def wrong_token(request: HttpRequest) -> None:
    """Count a wrong or missing manage token against its address. Raises RateLimited."""
    for item in WRONG_TOKENS:
        _hit(item, "address", client_address(request))


def new_booking(phone: str) -> None:
    """Count a try to book for a number in E.164, whatever comes of it. Raises RateLimited."""
    if phone:
        _hit(NEW_BOOKINGS, "phone", phone)


def new_waiting(phone: str) -> None:
    """Count a try to join a waiting list for a number in E.164, whatever comes of it. Raises RateLimited."""
    if phone:
        _hit(NEW_WAITING, "phone", phone)


def lost_link(contact: str) -> None:
    """Count a wish for the visits of a number or an e-mail address, whether it is known or not. Raises RateLimited."""
    _hit(LOST_LINKS, "contact", contact.lower())


def count(what: str, who: str, *, seconds: int) -> int:
    """Count one more of something, and return how many there were in these seconds; 0 where nothing is counted."""
    if not settings.RATE_LIMITS:
        return 0
    storage = _limiter().storage
    try:
        return int(storage.incr(_count_key(what, who), seconds))
    except storage.base_exceptions as error:
        log.warning("limits_unavailable", extra={"error": type(error).__name__})
        return 0


def counted(what: str, who: str) -> int:
    """Return how many of something were counted; 0 where nothing is."""
    if not settings.RATE_LIMITS:
        return 0
    storage = _limiter().storage
    try:
        return int(storage.get(_count_key(what, who)))
    except storage.base_exceptions as error:
        log.warning("limits_unavailable", extra={"error": type(error).__name__})
        return 0


def _count_key(what: str, who: str) -> str:
    return f"{what}/{keyed_digest(what, who)[:32]}"


def client_address(request: HttpRequest) -> str:
    """Return what one client is known by: its IPv4 address, or the /64 its IPv6 address is in."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return "unknown"
    if address.version == 6 and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))


def _hit(item: RateLimitItem, purpose: str, who: str) -> None:
    if not settings.RATE_LIMITS:
        return
    limiter = _limiter()
    key = keyed_digest(purpose, who)[:32]
    try:
        if limiter.hit(item, key):
            return
        reset_time = limiter.get_window_stats(item, key).reset_time
    except limiter.storage.base_exceptions as error:
        # Visitors must not suffer for a counter that is away; what costs money is counted in the outbox itself.
        log.warning("limits_unavailable", extra={"error": type(error).__name__})
        return
    raise RateLimited(max(1, int(reset_time - time.time()) + 1))


@cache
def _limiter() -> FixedWindowRateLimiter:
    storage: Storage = RedisStorage(settings.REDIS_URL) if settings.REDIS_URL else CounterFile(settings.DATA_DIR)
    return FixedWindowRateLimiter(storage)


class CounterFile(Storage):
    """Counters in one SQLite file, shared by the processes of one machine."""

    STORAGE_SCHEME = ["counterfile"]

    def __init__(self, data_dir: Path) -> None:
        super().__init__()
        self._path = data_dir / "limits.sqlite3"
        self._local = threading.local()

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        return sqlite3.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a counter and return it; one whose window is over, or lies in a clock's lost future, starts anew."""
        now = time.time()
        row = self._connection().execute(
            "INSERT INTO counter (key, amount, expires_at) VALUES (:key, :amount, :now + :expiry)"
            " ON CONFLICT (key) DO UPDATE SET"
            " amount = CASE WHEN expires_at > :now AND expires_at <= :now + :expiry + :skew"
            "  THEN amount + :amount ELSE :amount END,"
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
        return bool(self._connection().execute("SELECT 1").fetchone())

    def reset(self) -> int | None:
        return self._connection().execute("DELETE FROM counter").rowcount

    def clear(self, key: str) -> None:
        self._connection().execute("DELETE FROM counter WHERE key = ?", [key])

    def _read(self, column: str, key: str) -> Any:
        return (
            self._connection()
            .execute(
                f"SELECT {column} FROM counter WHERE key = ? AND expires_at > ?",  # noqa: S608 -- a name of ours
                [key, time.time()],
            )
            .fetchone()
        )

    def _connection(self) -> sqlite3.Connection:
        """Return this thread's connection, making the file and dropping old counters when it is opened."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self._path.touch(mode=0o600)
            connection = sqlite3.connect(self._path, timeout=5, isolation_level=None)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")  # a count lost in a power cut harms nobody
            connection.execute(
                "CREATE TABLE IF NOT EXISTS counter"
                " (key TEXT PRIMARY KEY, amount INTEGER NOT NULL, expires_at REAL NOT NULL) WITHOUT ROWID"
            )
            connection.execute("DELETE FROM counter WHERE expires_at <= ?", [time.time()])
            self._local.connection = connection
        return connection
