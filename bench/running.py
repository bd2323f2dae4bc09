"""What is measured, running: PostgreSQL and Carillon as they ship, and the limit; all of it ends with a block."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from bench import load
from bench.limit_database import make_tables
from bench.limit_turns import Limit
from bench.product import Product
from tests.asking import call
from tests.postgres import free_port, running_server
from tests.servers import BASE, UNTIL_WE_DIE, House, kill, new_database, parent_of, wait_until

# The tests' server saves what they need not wait for; here each commit is on the disk before it is acknowledged.
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "max_connections=100")
WEB_PROCESSES = 2
LIMIT_START_SECONDS = 30
SEED_SECONDS = 1800
# What a process does but once, as reading a template or a time zone, is done by then.
WARM_REQUESTS, WARM_CLIENTS = 400, 16


class LimitServer(NamedTuple):
    """A server of the limit: its port, and its first process."""

    port: int
    web: int


class Carillon:
    """Carillon with a seeded database; what clients ask of it is in `product`."""

    def __init__(self, house: House, product: Product, bookings: int) -> None:
        self.house, self.product, self.bookings = house, product, bookings

    @property
    def port(self) -> int:
        return self.house.port

    @contextmanager
    def paused_worker(self) -> Iterator[None]:
        """Let the worker stand still for a while, and the supervisor too, which would replace it."""
        assert self.house.process is not None
        stopped = [self.house.process.pid, *self.house.worker()]
        kill(stopped, signal.SIGSTOP)
        try:
            yield
        finally:
            (self.house.data / "worker.beat").touch()  # the supervisor takes the pause for no standstill
            kill(stopped[::-1], signal.SIGCONT)

    @property
    def web(self) -> int:
        """The first process of the web server."""
        return self.house.web()[0]

    def booked_at(self, start: str) -> int:
        return int(self.house.rows(f"SELECT count(*) FROM booking_booking WHERE starts_at = '{start}'")[0][0])

    def web_megabytes(self) -> list[int]:
        """Return what each web process holds in memory (resident set), in MB of 1024 kB."""
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.house.web()[1:]]
        return [count * os.sysconf("SC_PAGE_SIZE") >> 20 for count in pages]


@contextmanager
def postgres() -> Iterator[tuple[str, int]]:
    """Run a new PostgreSQL on the disk of temporary files; yield the address of a database there, and its process."""
    with running_server(*DURABLE) as server:
        with psycopg.connect(server) as connection:
            postmaster = parent_of(connection.info.backend_pid)
        yield server, postmaster


def cpu_seconds(*parents: int) -> float:
    """Return the processor time that processes and their children have had, those that ended included."""
    ticks: dict[int, int] = {}
    parent: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                told = (entry / "stat").read_text().rpartition(")")[2].split()
                parent[int(entry.name)] = int(told[1])
                ticks[int(entry.name)] = sum(map(int, told[11:15]))
    wanted = set(parents)
    while more := {pid for pid, above in parent.items() if above in wanted} - wanted:
        wanted |= more
    return sum(ticks.get(pid, 0) for pid in wanted) / os.sysconf("SC_CLK_TCK")


@contextmanager
def carillon(server: str, *, bookings: int, stores: int) -> Iterator[Carillon]:
    """Seed a new database and run `manage.py up` on it: two web processes and the worker."""
    with (
        tempfile.TemporaryDirectory(prefix="carillon-bench-") as name,
        new_database(Path(name), server=server) as url,
    ):
        house = House(Path(name), url, {"WEB_WORKERS": str(WEB_PROCESSES)})
        house.data.mkdir()
        house.settings["PUBLIC_URL"] = house.url
        try:
            told = _seed(house, bookings, stores)
            house.start()
            product = Product(house.port, told)
            asyncio.run(product.prepare())
            load.count_out(product.anything, port=house.port, clients=WARM_CLIENTS, requests=WARM_REQUESTS)
            yield Carillon(house, product, told["bookings"])
        finally:
            house.end()


def _seed(house: House, bookings: int, stores: int) -> dict[str, Any]:
    """Fill the database of a house; return what `bench.seed` tells."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.seed", "--bookings", str(bookings), "--stores", str(stores)],
        cwd=BASE,
        env=house.environment,
        stdout=subprocess.PIPE,
        text=True,
        timeout=SEED_SECONDS,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@contextmanager
def limit(server: str) -> Iterator[tuple[str, LimitServer, LimitServer]]:
    """Run the limit twice on one database, bare and with the middleware of a new project; yield address and servers."""
    with tempfile.TemporaryDirectory(prefix="carillon-bench-") as name, new_database(Path(name), server=server) as url:
        make_tables(url)
        with _limit_process(url) as bare, _limit_process(url, STOCK="1") as stock:
            yield url, bare, stock


@contextmanager
def _limit_process(database_url: str, **settings: str) -> Iterator[LimitServer]:
    port = free_port()
    options = ["--interface", "wsgi", "--workers", str(WEB_PROCESSES), "--blocking-threads", "1", "--backlog", "1024"]
    process = subprocess.Popen(
        [*UNTIL_WE_DIE, sys.executable, "-m", "granian", *options, "--port", str(port), "--no-log", "bench.limit:wsgi"],
        cwd=BASE,
        env={**os.environ, "DATABASE_URL": database_url, **settings},
        start_new_session=True,
    )
    try:
        wait_until(lambda: _answers(port), seconds=LIMIT_START_SECONDS, what="the limit ready")
        load.count_out(Limit().day, port=port, clients=WARM_CLIENTS, requests=WARM_REQUESTS)
        yield LimitServer(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(port: int) -> bool:

    try:
        return call(port, "GET", "/free/1").status == 200
    except OSError:
        return False
