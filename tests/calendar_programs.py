"""Calendar programs of other people, in an environment of their own: radicale, caldav's client, khal, ics.py."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.postgres import free_port
from tests.servers import wait_until

BASE = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent.parent / "calendars" / "bin"
SECONDS = 300
_KHAL = """
[calendars]
[[own]]
path = {folder}/own
type = calendar
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Europe/Paris
default_timezone = Europe/Paris
[sqlite]
path = {folder}/khal.db
[default]
default_calendar = own
"""


def are_there() -> None:
    """Skip a test where these programs are not installed; fail where CI is set."""
    if (BIN / "radicale").exists():
        return
    missing = "calendar programs do not run here: they need what `make test` installs"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


def ask_client(command: str, *arguments: str, files: list[bytes]) -> Any:
    """Return what the client tells of these files."""
    done = _run(BIN / "python", BASE / "tests" / "calendar_client.py", command, *arguments, files=files)
    return json.loads(done)


@contextmanager
def radicale(folder: Path) -> Iterator[str]:
    """Run a CalDAV server; anybody may sign in by any name."""
    port = free_port()
    config = folder / "radicale.conf"
    config.write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = none\n[storage]\nfilesystem_folder = {folder}/radicale\n"
    )
    with (folder / "radicale.log").open("wb") as log:
        server = subprocess.Popen([BIN / "radicale", "-C", str(config)], stdout=log, stderr=log)
    try:
        wait_until(lambda: _is_open(port) or server.poll() is not None, seconds=SECONDS, what="radicale answers")
        assert server.poll() is None, (folder / "radicale.log").read_text()
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(SECONDS)


class Khal:
    """A calendar on somebody's own machine."""

    def __init__(self, folder: Path) -> None:
        (folder / "own").mkdir()
        self.folder, self.config = folder, folder / "khal.conf"
        self.config.write_text(_KHAL.format(folder=folder))

    def take(self, file: bytes) -> None:
        """Import a file, over what is there."""
        path = self.folder / "visit.ics"
        path.write_bytes(file)
        _run(BIN / "khal", "-c", self.config, "import", "--batch", path)

    def shown(self, first: str, last: str) -> list[str]:
        """Return what stands in the calendar on these days: start, end, title and state of each event."""
        lines = _run(
            *(BIN / "khal", "-c", self.config, "list", "--day-format", "", "--notstarted"),
            *("--format", "{start-long-full}|{end-long-full}|{title}|{status}", first, last),
        )
        return [line.strip() for line in lines.decode().splitlines() if line.strip()]


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _run(*command: object, files: list[bytes] | None = None) -> bytes:
    done = subprocess.run(
        [str(part) for part in command],
        input=json.dumps([file.decode() for file in files or []]).encode(),
        capture_output=True,
        timeout=SECONDS,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
