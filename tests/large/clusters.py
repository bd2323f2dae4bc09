"""PostgreSQL servers that follow each other, as long as they are needed: a primary, and a standby made from it."""

import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

from tests.postgres import (
    START_SECONDS,
    as_nobody,
    free_port,
    give_away,
    programs,
    programs_for_everybody,
    run_as_nobody,
)

USER = "carillon"
FAST = ("fsync=off", "full_page_writes=off", "max_connections=200")


class Server:
    """A PostgreSQL server in a folder and on a port of its own; it may be stopped, frozen, promoted."""

    def __init__(self, folder: Path, found: Path) -> None:
        self.folder, self.found, self.port = folder, found, free_port()
        self.data = folder / "data"
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(mode=0o755)
        self.data.mkdir(mode=0o700)
        give_away(folder, self.data)

    def initialize(self) -> None:
        """Make a server that follows nobody."""
        run_as_nobody([self.found / "initdb", "-A", "trust", "--no-sync", "-U", USER, "-D", self.data])
        (self.data / "pg_hba.conf").write_text("local all all trust\nhost all,replication all 127.0.0.1/32 trust\n")

    def copy(self, primary: "Server") -> None:
        """Make a standby of a running server, which follows it from its start on."""
        target: list[str | Path] = ["-h", "127.0.0.1", "-p", str(primary.port), "-U", USER, "-D", self.data]
        run_as_nobody([self.found / "pg_basebackup", *target, "-R", "--checkpoint=fast", "--no-sync", "-X", "stream"])

    def start(self, *options: str) -> None:
        """Start it and wait until it answers."""
        chosen = [*FAST, "listen_addresses=127.0.0.1", f"port={self.port}"]
        flags = [part for option in (*chosen, *options) for part in ("-c", option)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.found / "postgres", "-D", self.data, "-k", self.folder, *flags],
                stdout=log,
                stderr=log,
                cwd="/",
                **as_nobody(),
            )
        until = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"postgres did not start: {self.log[-2000:]}")
            time.sleep(0.02)

    def set(self, option: str) -> None:
        """Set one of the server's settings for all sessions that begin from now on."""
        with closing(psycopg.connect(self.address(), autocommit=True)) as connection:
            connection.execute(f"ALTER SYSTEM SET {option}")
            connection.execute("SELECT pg_reload_conf()")

    def stop(self) -> None:
        """Stop at once, as a power cut would: whoever is connected is cut off."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=START_SECONDS)

    def promote(self) -> None:
        """Let a standby follow nobody any more and take writes."""
        run_as_nobody([self.found / "pg_ctl", "promote", "-w", "-D", self.data])

    def address(self, database: str = "postgres") -> str:
        return f"postgres://{USER}@127.0.0.1:{self.port}/{database}"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def _is_ready(self) -> bool:
        try:
            return "ready" in (self.data / "postmaster.pid").read_text()
        except OSError:
            return False


@contextmanager
def running_pair(*options: str) -> Iterator[tuple[Server, Server]]:
    """Run a primary with these options and a standby that follows it; both are gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="carillon-pair-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        found = programs_for_everybody(programs(), folder)
        primary, standby = Server(folder / "primary", found), Server(folder / "standby", found)
        try:
            primary.initialize()
            primary.start()
            standby.copy(primary)
            standby.start("hot_standby_feedback=on")
            for option in options:
                primary.set(option)
            yield primary, standby
        finally:
            standby.stop()
            primary.stop()
