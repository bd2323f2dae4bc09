"""A whole Carillon as processes, as `manage.py up` starts it: for tests of starting, stopping, killing and browsing."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
STOP_SECONDS = 30
UNSET = ("PUBLIC_URL", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "DJANGO_SETTINGS_MODULE")


@dataclass
class Carillon:
    """A running `manage.py up`, its folder, and what it said."""

    folder: Path
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    output: Path = field(init=False)
    errors: Path = field(init=False)

    def __post_init__(self) -> None:
        self.output, self.errors = self.folder / "output", self.folder / "errors"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def status(self, path: str) -> int:
        """Return the status of an address, 0 where nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def tree(self) -> dict[int, str]:
        """Return the processes of this Carillon by id, found by its folder in their environment."""
        mark = f"DATA_DIR={self.folder}".encode()
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    if command:
                        found[int(process.name)] = command
            except OSError:
                continue
        return found

    def ids(self, module: str) -> list[int]:
        """Return the ids of the processes that run a module, the oldest first."""
        return sorted(number for number, command in self.tree().items() if module in command)


@contextmanager
def start_carillon(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[Carillon]:
    """Run `manage.py up` on a folder and a port of its own; leave nothing of it behind."""
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if name not in UNSET}
    full = {**inherited, "RATE_LIMITS": "off", **(environment or {}), "DATA_DIR": str(folder)}
    command = [sys.executable, "manage.py", "up", "--port", str(port), *arguments]
    with (folder / "output").open("wb") as output, (folder / "errors").open("wb") as errors:
        process = subprocess.Popen(command, cwd=ROOT, env=full, stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
    carillon = Carillon(folder, port, full, process)
    try:
        wait_for(lambda: process.poll() is not None or carillon.status("/readyz") == 200, START_SECONDS)
        assert process.poll() is None, carillon.errors.read_text()
        yield carillon
    finally:
        process.terminate()
        try:
            process.wait(timeout=STOP_SECONDS)
        finally:
            for number in carillon.tree():
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)


def manage(*arguments: str, environment: Mapping[str, str], text: str = "") -> subprocess.CompletedProcess[str]:
    """Run one command of manage.py to its end."""
    inherited = {name: value for name, value in os.environ.items() if name not in UNSET}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**inherited, **environment},
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], object], seconds: float) -> None:
    """Wait until something is so; fail where it takes too long."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited {seconds} s in vain"
        time.sleep(0.1)
