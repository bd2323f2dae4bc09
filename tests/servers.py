"""Carillon as it really runs: `manage.py up` on a free port, with a folder and a database of its own.

The database is SQLite, or a new one on the PostgreSQL server that CARILLON_TEST_DATABASE_URL names. However a block
ends, no process that it started is left: they are known by a mark in their environment.
"""

import http.client
import json
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import psycopg

from tests import prepared
from tests.asking import Answer, call
from tests.memory import memory_folder
from tests.patience import LOCK_SECONDS
from tests.postgres import VARIABLE, free_port

BASE = Path(__file__).resolve().parent.parent
POSTGRES = os.environ.get(VARIABLE, "")
MARK = "CARILLON_TEST_MARK"
PATIENT = {"DJANGO_SETTINGS_MODULE": "tests.patient_settings"}
START_SECONDS = 240
STOP_SECONDS = 120
# What a process is started with so that it ends with the tests, where even these are killed.
SETPRIV = shutil.which("setpriv")
UNTIL_WE_DIE = [SETPRIV, "--pdeathsig", "KILL"] if SETPRIV else []
COMMAND_SECONDS = 300
UNSET = ("REDIS_URL", "DATABASE_DIRECT_URL", "DATABASE_REPLICA_URL", "PUBLIC_URL", "EMAIL_URL", "SMS_GATEWAY",
         "ALLOWED_HOSTS", "SMS_COUNTRIES", "SECRET_KEY", "DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE",
         VARIABLE)  # fmt: skip


@dataclass
class House:
    """A folder, a database and a port; the processes come and go."""

    folder: Path
    database_url: str
    settings: dict[str, str]
    has_demo: bool = False
    port: int = field(default_factory=free_port)
    mark: str = field(default_factory=lambda: secrets.token_hex(8))
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in UNSET}
        own = {"DATA_DIR": str(self.data), "DATABASE_URL": self.database_url, MARK: self.mark}
        return {**kept, **own, "RATE_LIMITS": "off", **self.settings}

    @property
    def data(self) -> Path:
        return self.folder / "var"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    # --- commands ---
    def run(self, *arguments: str, text: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        """Run `manage.py` with these arguments, whatever comes of it."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE,
            env={**self.environment, **settings},
            input=text,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )

    def manage(self, *arguments: str, text: str = "") -> str:
        """Run `manage.py` and return what it says; it must succeed."""
        done = self.run(*arguments, text=text)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def check_books(self) -> str:
        return self.run("check_books").stdout.strip()

    # --- processes ---
    def start(self) -> None:
        """Start everything and wait until it is ready."""
        up = ["manage.py", "up", "--port", str(self.port), *([] if self.has_demo else ["--no-demo"])]
        with (self.folder / "stdout").open("ab") as out, (self.folder / "stderr").open("ab") as err:
            self.process = subprocess.Popen(
                [*UNTIL_WE_DIE, sys.executable, *up],
                cwd=BASE,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        wait_until(self._is_up_or_over, seconds=START_SECONDS, what="ready")
        assert self.process.poll() is None, self.errors

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop everything with a signal to the first process; return its exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout=STOP_SECONDS)

    def end(self) -> None:
        """Leave no process behind, whatever state they are in."""
        for _ in range(3000):
            left = self.processes()
            for pid in left:
                _kill(pid)
            if self.process is not None:
                self.process.poll()
            if not left:
                break
            time.sleep(0.02)
        if self.process is not None:
            self.process.wait(timeout=STOP_SECONDS)

    def processes(self, module: str = "") -> list[int]:
        """Return the running processes of this house, of one of its modules where given, parents first."""
        mark = f"{MARK}={self.mark}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if mark not in (entry / "environ").read_bytes().split(b"\0"):
                    continue
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                command = (entry / "cmdline").read_bytes().decode()
            except OSError:
                continue
            if state not in "ZX" and module in command:
                found.append(int(entry.name))
        return sorted(found)

    def web(self) -> list[int]:
        """Return the web server's processes: granian's master first, then its workers."""
        found = self.processes("booking.operations.launcher.web")
        return sorted(found, key=lambda pid: (parent_of(pid) in found, pid))

    def worker(self) -> list[int]:
        return self.processes("booking.operations.launcher.worker")

    @property
    def logs(self) -> str:
        return (self.folder / "stdout").read_text()

    @property
    def errors(self) -> str:
        return (self.folder / "stderr").read_text()

    def _is_up_or_over(self) -> bool:
        is_over = self.process is not None and self.process.poll() is not None
        return is_over or (bool(self.web()) and self.is_ready())  # another's server may have the port

    # --- HTTP ---
    def is_ready(self) -> bool:
        try:
            return self.get("/readyz").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def is_serving(self) -> bool:
        try:
            return self.get("/healthz").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def post(self, path: str, payload: object, **headers: str) -> Answer:
        return self.call("POST", path, payload, **headers)

    def call(self, method: str, path: str, payload: object = None, **headers: str) -> Answer:
        """Call over a connection of its own; `_` in a header's name stands for `-`."""
        return call(self.port, method, path, payload, **headers)

    # --- database ---
    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what a statement selects, past all of Carillon's code."""
        with closing(self._connect()) as connection:
            return list(connection.execute(sql).fetchall())

    def tables(self) -> dict[str, list[str]]:
        """Return all rows of all tables, written out."""
        if self.is_sqlite:
            names = self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        else:
            names = self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {name: sorted(map(repr, self.rows(f'SELECT * FROM "{name}"'))) for (name,) in sorted(names)}

    def execute(self, sql: str) -> None:
        with closing(self._connect()) as connection, connection:
            connection.execute(sql)

    def _connect(self) -> Any:
        if self.is_sqlite:
            return sqlite3.connect(self.database_url.removeprefix("sqlite:///"), timeout=LOCK_SECONDS)
        return psycopg.connect(self.database_url)

    # --- stores ---
    def make_store(self, name: str = "Corner Shop", *, capacity: int, hours: str = "24/7", zone: str = "") -> str:
        """Make a store through the import, and return its slug."""
        feature = {
            "type": "Feature",
            "id": f"node/{crc32(name.encode())}",
            "properties": {"name": name, "addr:city": "Niort", "addr:postcode": "79000", "opening_hours": hours},
            "geometry": {"type": "Point", "coordinates": [-0.46, 46.32]},
        }
        file = self.folder / "store.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
        zones = ["--time-zone", zone] if zone else []
        self.manage("import_stores", str(file), "--capacity", str(capacity), "--country", "FR", *zones)
        return f"{name.lower().replace(' ', '-')}-niort"


@contextmanager
def house(*, has_demo: bool = False, is_prepared: bool = False, **settings: str) -> Iterator[House]:
    """Give a house with a new database; nothing runs in it yet, and nothing will when the block has ended.

    A prepared one has its tables and static files already, which an empty one makes at its first start. Its processes
    wait for locks for longer than in life.
    """
    settings = {**PATIENT, **settings}
    with (
        tempfile.TemporaryDirectory(prefix="carillon-house-", dir=memory_folder()) as name,
        new_database(Path(name), is_migrated=is_prepared) as url,
        _house_in(Path(name), url, settings, has_demo=has_demo, is_prepared=is_prepared) as made,
    ):
        yield made


@contextmanager
def house_at(database_url: str, **settings: str) -> Iterator[House]:
    """Give a house on a database that has all tables, and that others may use too; it waits for locks as in life."""
    with (
        tempfile.TemporaryDirectory(prefix="carillon-house-", dir=memory_folder()) as name,
        _house_in(Path(name), database_url, settings, has_demo=False, is_prepared=True) as made,
    ):
        yield made


@contextmanager
def _house_in(
    folder: Path, database_url: str, settings: dict[str, str], *, has_demo: bool, is_prepared: bool
) -> Iterator[House]:
    made = House(folder, database_url, dict(settings), has_demo)
    made.data.mkdir()
    if is_prepared:
        prepared.copy_static_files(made.data / "static")
    try:
        yield made
    finally:
        made.end()


@contextmanager
def running(*, has_demo: bool = False, **settings: str) -> Iterator[House]:
    """Give a house in which everything runs and is ready, with the demo in it where asked for."""
    with house(has_demo=has_demo, is_prepared=True, **settings) as made:
        made.start()
        yield made


@contextmanager
def new_database(folder: Path, *, is_migrated: bool = False, server: str = POSTGRES) -> Iterator[str]:
    """Give the address of a new database, empty or with all tables, and drop it afterwards."""
    if not server:
        file = folder / f"{secrets.token_hex(4)}.sqlite3"
        if is_migrated:
            prepared.copy_migrated_file(file)
        yield f"sqlite:///{file}"
        return
    name = f"carillon_{secrets.token_hex(6)}"
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        if is_migrated:
            prepared.copy_migrated_database(server, name)
        else:
            connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{server.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def wait_until(condition: Callable[[], object], *, seconds: float, what: str) -> float:
    """Wait until a condition holds; return for how long that was."""
    begun = time.monotonic()
    while not condition():
        waited = time.monotonic() - begun
        assert waited < seconds, f"after {waited:.0f} s still not {what}"
        time.sleep(0.05)
    return time.monotonic() - begun


def parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def kill(pids: Sequence[int], number: int = signal.SIGKILL) -> None:
    """Send a signal to processes that may have gone by now."""
    for pid in pids:
        _kill(pid, number)


def _kill(pid: int, number: int = signal.SIGKILL) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
