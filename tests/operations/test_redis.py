"""With Redis: the queue, the cache and the counters live there, and nothing is lost when it goes away."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from django.contrib.sessions.backends.cached_db import KEY_PREFIX
from pytest_django import Settings

from booking import limits
from booking.accounts import sessions
from booking.accounts.sessions import row_key
from booking.limits import CountersAway, Limit, RateLimited
from booking.limits.clients import Counted
from booking.limits.counters import amount_of
from tests import servers
from tests.postgres import free_port
from tests.redis_server import running_redis
from tests.servers import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.plain]


def test_redis_carries_the_queue_and_the_counters_and_may_go_away() -> None:
    port = free_port()
    with (
        running_redis(port) as server,
        servers.house(REDIS_URL=f"redis://127.0.0.1:{port}/0", RATE_LIMITS="on") as house,
    ):
        house.start()

        statuses = [house.post("/api/v1/holds", {}).status for _ in range(61)]
        server.kill()
        server.wait()
        time.sleep(0.2)
        after = house.post("/api/v1/holds", {}).status

        assert statuses == [400] * 60 + [429]
        assert after == 400
        assert house.get("/api/v1/stores").status == 200


def test_messages_leave_while_redis_is_away(tmp_path: Path) -> None:
    """By the worker's own timer; and the server stays ready."""
    port = free_port()
    with (
        running_redis(port) as server,
        servers.house(REDIS_URL=f"redis://127.0.0.1:{port}/0") as house,
    ):
        house.start()
        store = house.make_store(capacity=2)
        free = house.get(f"/api/v1/stores/{store}/availability?visit_type=visit&from={day()}&to={day()}").json
        server.kill()
        server.wait()

        booked = house.post(
            "/api/v1/bookings",
            {
                "store": store, "visit_type": "visit", "starts_at": free["days"][0]["slots"][0]["starts_at"],
                "customer": {"name": "Ada Test", "phone": "+33612345601"},
            },
        )  # fmt: skip

        assert booked.status == 201
        texts = house.data / "outbox"
        wait_until(lambda: list(texts.glob("*-confirmation-sms-*")), seconds=180, what="sent")
        assert house.get("/readyz").status == 200


def day() -> str:
    """Return a day on which a shop that is always open has free times."""
    return (datetime.now(UTC) + timedelta(days=3)).date().isoformat()


FIRST_REQUESTS = """
import django, threading
django.setup()
from booking.limits.counters import _limiter
start, counted = threading.Barrier(8), []
def ask():
    start.wait()
    _limiter()
    counted.append(1)
threads = [threading.Thread(target=ask) for _ in range(8)]
[one.start() for one in threads]
[one.join() for one in threads]
print(len(counted))
"""


def test_first_requests_of_a_process_are_counted_though_they_come_together(tmp_path: Path) -> None:
    """The first of them loads the library, and the others must not take half of it for an old version."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "booking.settings",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": "",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    done = subprocess.run(
        [sys.executable, "-c", FIRST_REQUESTS], env=environment, capture_output=True, text=True, check=False
    )

    assert done.stdout.strip() == "8", done.stderr


def let_in(limit: Limit, who: list[Counted], *, most: int) -> tuple[int, int]:
    """Return how many of so many were let in, and how long whoever came next is asked to wait."""
    for number in range(most):
        try:
            limits.hit(limit, who)
        except RateLimited as limited:
            return number, limited.retry_after_seconds
    return most, 0


def test_limits_count_in_redis_as_they_do_in_the_file(settings: Settings, tmp_path: Path) -> None:
    """A home, its network and a neighbor: who is refused, from when on, for how long, and what is given back."""
    home, network, neighbor = Counted("192.0.2.1", 1), Counted("192.0.2.0", 2), Counted("192.0.2.7", 1)
    amount = limits.WRITES.amount
    settings.RATE_LIMITS, settings.DATA_DIR = True, tmp_path
    port = free_port()

    def seen() -> list[object]:
        limits._limiter.cache_clear()
        first, wait = let_in(limits.WRITES, [home, network], most=amount + 1)
        limits.give_back(limits.WRITES, [home, network])
        next_door = let_in(limits.WRITES, [neighbor, network], most=amount + 1)[0]
        had = amount_of(limits.WRITES, [home, network])
        limits.forgive(limits.WRITES, [home])
        return [first, wait > 3500, next_door, had, let_in(limits.WRITES, [home], most=3)[0]]

    in_file = seen()
    with running_redis(port) as server, redis.Redis(port=port) as client:
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
        in_redis = seen()
        keys = client.keys()
        server.kill()
        server.wait()
        let_in_while_away = let_in(limits.WRITES, [home], most=amount + 1)[0]
        with pytest.raises(CountersAway):
            limits.hit(limits.SIGN_IN_CLIENT, [home])
    limits._limiter.cache_clear()

    assert in_redis == in_file == [amount, True, amount, amount, 3]
    assert keys
    assert not any(b"192.0.2" in key for key in keys)
    assert let_in_while_away == amount + 1


@pytest.mark.django_db
def test_all_sessions_kept_in_redis_end_and_nothing_else_does(settings: Settings) -> None:
    port = free_port()
    with running_redis(port), redis.Redis(port=port) as client:
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
        client.set(f":1:{KEY_PREFIX}{row_key('a key')}", "somebody")
        client.set("django_q:carillon:q", "a task")

        sessions.end_all()

        assert client.keys() == [b"django_q:carillon:q"]
