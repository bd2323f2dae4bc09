"""The machines of a faulty run, one host on SQLite or two on PostgreSQL and Redis, and what happens to them."""

import atexit
import os
import random
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import redis

from tests import prepared
from tests.clock import following
from tests.large.clusters import Server
from tests.postgres import free_port, programs, programs_for_everybody
from tests.redis_server import running_redis
from tests.servers import House, house_at, kill, parent_of, wait_until

DATABASE = "shop"
DISK_BYTES = 64 << 20
GONE_WITHIN_SECONDS = 30
FIRST_AFTER_SECONDS = 3
WORKER = "booking.operations.launcher.worker"
PAUSES = (2.0, 6.0)
JUMP_SECONDS = 600
_one_fills, _filled = threading.Lock(), list[str]()
_kept = ExitStack()
atexit.register(_kept.close)


class OwnRedis:
    """A Redis that may be killed and started again on the same port."""

    def __init__(self) -> None:
        self.port = free_port()
        self._running = ExitStack()

    def start(self) -> None:
        self._running.enter_context(running_redis(self.port))

    def kill(self) -> None:
        self._running.close()

    def flush(self) -> None:
        with redis.Redis(port=self.port) as client:
            client.flushall()


@dataclass
class Machines:
    """The hosts, and what they stand on."""

    hosts: list[House]
    clock_file: Path  # the workers' clocks go by it
    database: Server | None = None
    queue: OwnRedis | None = None
    disk: Path | None = None  # a small one, with the SQLite database on it
    happened: Counter[str] = field(default_factory=Counter)
    left_over: int = 0  # processes that outlived the first one of their tree

    def start(self) -> None:
        for host in self.hosts:
            host.start()

    def stop(self) -> list[int]:
        """Stop all hosts as an operator does; return the exit statuses. What is left over is counted."""
        statuses = [host.stop() for host in self.hosts]
        self.left_over += sum(len(host.processes()) for host in self.hosts)
        return statuses

    def set_clock(self, seconds: int) -> None:
        """Let the workers' clocks be ahead by so many seconds more."""
        new = self.clock_file.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(self.clock_file)

    # --- what happens to them ---
    def kill_worker(self, chance: random.Random) -> None:
        kill(chance.choice(self.hosts).worker())

    def kill_web(self, chance: random.Random) -> None:
        kill(chance.choice(self.hosts).web())

    def kill_first_process(self, chance: random.Random) -> None:
        """Kill the process that `up` is: the others end by themselves, and an operator starts all again."""
        host = chance.choice(self.hosts)
        assert host.process is not None
        host.stop(signal.SIGKILL)
        until = time.monotonic() + GONE_WITHIN_SECONDS
        while host.processes() and time.monotonic() < until:
            time.sleep(0.1)
        self.left_over += len(host.processes())
        host.end()
        host.start()

    def move_clock(self, chance: random.Random) -> None:
        """Move the workers' clocks by ten minutes, ahead or back, for a while."""
        self.set_clock(chance.choice((JUMP_SECONDS, -JUMP_SECONDS)))
        time.sleep(chance.uniform(5, 12))
        self.set_clock(0)

    def freeze_database(self, chance: random.Random) -> None:
        assert self.database is not None
        assert self.database.process is not None
        first = self.database.process.pid
        running = [first, *(pid for pid in _all_processes() if parent_of(pid) == first)]
        kill(running, signal.SIGSTOP)
        try:
            time.sleep(chance.uniform(10, 20))
        finally:
            kill(running, signal.SIGCONT)

    def crash_database(self, chance: random.Random) -> None:
        """Stop the database at once, as a power cut would, and start it again."""
        assert self.database is not None
        self.database.stop()
        time.sleep(chance.uniform(1, 4))
        self.database.start()

    def flush_redis(self, chance: random.Random) -> None:
        assert self.queue is not None
        self.queue.flush()

    def kill_redis(self, chance: random.Random) -> None:
        assert self.queue is not None
        self.queue.kill()
        time.sleep(chance.uniform(5, 15))
        self.queue.start()

    def fill_disk(self, chance: random.Random) -> None:
        assert self.disk is not None
        ballast = self.disk / "ballast"
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        try:
            time.sleep(chance.uniform(5, 12))
        finally:
            ballast.unlink()

    def kinds(self) -> dict[Callable[[random.Random], None], int]:
        """Return what may happen here, each with how often it does."""
        found: dict[Callable[[random.Random], None], int] = {
            self.kill_worker: 3, self.kill_web: 1, self.kill_first_process: 1, self.move_clock: 1,
        }  # fmt: skip
        if self.database is not None:
            found |= {self.freeze_database: 1, self.crash_database: 1}
        if self.queue is not None:
            found |= {self.flush_redis: 1, self.kill_redis: 1}
        if self.disk is not None:
            found |= {self.fill_disk: 1}
        return found

    def suffer(self, *, seed: int, seconds: float, only: Sequence[str] = ()) -> None:
        """Let things happen for so many seconds, drawn by the seed: each kind once before any comes again."""
        chance, is_over = random.Random(f"machines {seed}"), time.monotonic() + seconds
        kinds = {kind: weight for kind, weight in self.kinds().items() if not only or kind.__name__ in only}
        waiting: list[Callable[[random.Random], None]] = []
        time.sleep(FIRST_AFTER_SECONDS)
        while time.monotonic() < is_over:
            if not waiting:
                waiting = [kind for kind, weight in kinds.items() for _ in range(weight)]
                chance.shuffle(waiting)
            kind = waiting.pop()
            self.happened[kind.__name__] += 1
            kind(chance)
            time.sleep(min(chance.uniform(*PAUSES), max(0.0, is_over - time.monotonic())))


def _all_processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


@contextmanager
def machines(kind: str, folder: Path, **settings: str) -> Iterator[Machines]:
    """Give machines on a new database of a kind; nothing runs yet but what they stand on."""
    make = _on_postgresql if kind == "postgresql" else _on_sqlite
    clock_file = folder / "worker_clock"
    clock_file.write_text("0")
    with make(folder, clock_file, {**settings, **following(clock_file, word=WORKER)}) as made:
        yield made


@contextmanager
def _on_sqlite(folder: Path, clock_file: Path, settings: dict[str, str]) -> Iterator[Machines]:
    with _small_disk(folder / "disk") as disk:
        file = (disk or folder) / "shop.sqlite3"
        prepared.copy_migrated_file(file)
        with house_at(f"sqlite:///{file}", **settings) as host:
            yield Machines([host], clock_file, disk=disk)


@contextmanager
def _on_postgresql(folder: Path, clock_file: Path, settings: dict[str, str]) -> Iterator[Machines]:
    with ExitStack() as running:
        place = Path(running.enter_context(_folder_for_everybody()))
        database, queue = Server(place / "server", programs_for_everybody(programs(), place)), OwnRedis()
        _fill(database)
        database.start()
        running.callback(database.stop)
        queue.start()
        running.callback(queue.kill)
        shared = {**settings, "REDIS_URL": f"redis://127.0.0.1:{queue.port}/0", "WEB_WORKERS": "1"}
        hosts = [running.enter_context(house_at(database.address(DATABASE), **shared)) for _ in range(2)]
        yield Machines(hosts, clock_file, database=database, queue=queue)


def _fill(server: Server) -> None:
    """Give a server that does not run a database with all tables: the first one of this process makes it."""
    with _one_fills:
        if _filled:
            subprocess.run(["cp", "-a", f"{_filled[0]}/.", str(server.data)], check=True)
            return
        server.initialize()
        server.start()
        prepared.copy_migrated_database(server.address(), DATABASE)
        assert server.process is not None
        server.process.send_signal(signal.SIGINT)  # in order
        server.process.wait()
        kept = _kept.enter_context(_folder_for_everybody())
        subprocess.run(["cp", "-a", f"{server.data}/.", kept], check=True)
        _filled.append(kept)


def _folder_for_everybody() -> "tempfile.TemporaryDirectory[str]":
    folder = tempfile.TemporaryDirectory(prefix="carillon-faults-", ignore_cleanup_errors=True)
    Path(folder.name).chmod(0o755)
    return folder


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path | None]:
    """Give a disk of 64 MB; None where this machine lets us mount none."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        yield None
        return
    try:
        yield folder
    finally:
        wait_until(
            lambda: subprocess.run(["umount", str(folder)], capture_output=True, check=False).returncode == 0,
            seconds=GONE_WITHIN_SECONDS,
            what="unmounted",
        )
