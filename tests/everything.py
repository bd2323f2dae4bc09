"""`make test`: every check, then every test on SQLite and what databases may take differently on PostgreSQL.

Run as `python -m tests.everything`.

What takes more than one database server is tried by `make test-large` (tests/large/everything.py).

What cannot be had here is skipped with a loud line, except where CI is set: there it is a failure.

The runs on the two databases go on side by side: while one waits for a server, or for the last of its tests, the other
works. The one on SQLite takes place far ahead (tests/clock.py): servers too, the browser in its own time.
A test that holds a fixed day against the clock fails there at once, and not only when that day has come.

The few tests that failed beside all the others run again alone (tests/second_look.py).
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import prepared
from tests.chromium import find_chromium
from tests.nginx import find_nginx
from tests.postgres import NO_POSTGRES
from tests.promtool import find_promtool, unpack_promtool
from tests.second_look import alone, failed_tests, has_second_look, remembering

BASE = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
IS_CI = bool(os.environ.get("CI"))
# Tests that start servers wait for most of their time. The run on SQLite, with the browser, goes on alone for longer.
WORKERS = max(2, os.cpu_count() or 1)
WORKERS_ON_SQLITE = WORKERS + 1
# Noon of a leap day, past 2038, when the seconds since 1970 outgrow 31 bits.
FAR_AHEAD = [sys.executable, "-m", "tests.clock", "2040-02-29T12:00", "--"]
PYTEST = [sys.executable, "-m", "pytest", "-q"]
TOGETHER = ["--dist", "loadfile", "--no-loadscope-reorder", "-n"]
ON_POSTGRES = [sys.executable, "-m", "tests.postgres", "--", *PYTEST, "-m", "not browser and not plain and not large"]
ON_SQLITE = [*FAR_AHEAD, *PYTEST, "-m", "not large"]


def main() -> int:
    """Run everything in turn; stop at the first failure, as what follows would only say it again."""
    # Without it each process that imports the tests prepares all of their assertions anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    prepared.forget_all()
    run("compile translations", [sys.executable, "manage.py", "compile_translations"])
    run("checks", [sys.executable, "-m", "tests.checks"])
    prepare_browser()
    prepare_node()
    prepare_calendars()
    prepare_java()
    prepare_nginx()
    prepare_promtool()
    return run_on_both()


def run_on_both() -> int:
    """Run the tests on both databases side by side, and a few that failed there once more alone; return the status."""
    caches = {name: BASE / ".pytest_cache" / name for name in ("sqlite", "postgresql")}
    for cache in caches.values():
        shutil.rmtree(cache, ignore_errors=True)
    sqlite, postgresql = "tests on SQLite, far ahead", "tests on PostgreSQL"
    on_sqlite, on_postgresql = (
        [*remembering(command, cache), *TOGETHER, str(workers)]
        for command, cache, workers in zip(
            (ON_SQLITE, ON_POSTGRES), caches.values(), (WORKERS_ON_SQLITE, WORKERS), strict=True
        )
    )
    with meanwhile(postgresql, on_postgresql) as other:
        status = status_of(sqlite, on_sqlite)
    if other.returncode == NO_POSTGRES:
        missing("PostgreSQL", "apt-get install postgresql")
    status = settled(sqlite, status, ON_SQLITE, caches["sqlite"])
    if other.returncode != NO_POSTGRES:
        status = settled(postgresql, other.returncode, ON_POSTGRES, caches["postgresql"]) or status
    return status


def settled(name: str, status: int, command: list[str], cache: Path) -> int:
    """Return what a run's exit status is in the end: a few tests that failed beside others run again alone."""
    if not status:
        return 0
    if has_second_look(status, cache):
        names = failed_tests(cache)
        say(f"{name}: what failed runs again alone")
        if not status_of(name, alone(command, cache)):
            say("PASSED ALONE, to be mended: these ask for a machine that is not busy, or met a race")
            print("\n".join(names), flush=True)
            return 0
    say(f"{name}: FAILED")  # once more, below all that was said
    return status


@contextmanager
def meanwhile(name: str, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command beside what the block runs; show what it said when both have ended.

    Whatever the block finds, the command goes on to its end: it may find something else.
    """
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=BASE, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.wait()
            say(name)
            said.seek(0)
            shutil.copyfileobj(said, sys.stdout.buffer)
            sys.stdout.flush()


def run(name: str, command: list[str], *, quiet: bool = False) -> None:
    """Run one check and say how long it took; end everything with its exit status where it fails."""
    if status := status_of(name, command, quiet=quiet):
        say(f"{name}: FAILED")
        sys.exit(status)


def status_of(name: str, command: list[str], *, quiet: bool = False) -> int:
    """Run a command, say how long it took, and return its exit status. A quiet one is heard only where it fails."""
    say(name)
    begun = time.monotonic()
    done = subprocess.run(
        command,
        cwd=BASE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        check=False,
    )
    if quiet and done.returncode:
        sys.stdout.buffer.write(done.stdout)
        sys.stdout.flush()
    print(f"{name}: {time.monotonic() - begun:.0f} s", flush=True)
    return done.returncode


def prepare_browser() -> None:
    """See to it that Chromium is there, through apt where that is allowed."""
    if not find_chromium():
        install("chromium")
    if not find_chromium():
        missing("Chromium", "apt-get install chromium")


def prepare_node() -> None:
    """Install what runs in node, or comes from npm, where the lock names something else than is there.

    Node and npm themselves are a locked package of the virtual environment.
    """
    lock, installed = (BASE / "tests" / name for name in ("package-lock.json", "node_modules/.package-lock.json"))
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        run("node packages", [str(BIN / "npm"), "ci", "--prefix", "tests", "--ignore-scripts"], quiet=True)


def prepare_calendars() -> None:
    """Install the calendar programs that are tried with our files, in an environment of their own."""
    run("calendar programs", ["make", ".venv/calendars.stamp"], quiet=True)


def prepare_nginx() -> None:
    """See to it that nginx is there: the guide's file for it is tried as it is."""
    if not find_nginx():
        install("nginx-light")
    if not find_nginx():
        missing("nginx", "apt-get install nginx-light")


def prepare_promtool() -> None:
    """See to it that the rules of alarms can be tried; where they cannot, only their own tests are skipped."""
    if not find_promtool():
        unpack_promtool()
    if not find_promtool():
        say("SKIPPED: promtool cannot be had here. To have it: apt-get install prometheus")


def prepare_java() -> None:
    """See to it that the checker of HTML can run, through apt where that is allowed."""
    if not shutil.which("java"):
        install("default-jre-headless")
    if not shutil.which("java"):
        missing("Java", "apt-get install default-jre-headless")


def install(package: str) -> None:
    """Try to install one of Debian's packages."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    say(f"installing {package}")
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package],
    ):
        subprocess.run(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=False)


def missing(what: str, how: str) -> None:
    """Say loudly that some tests cannot run here; where CI is set they must."""
    say(f"SKIPPED: {what} cannot be had here, so its tests did not run. To have them: {how}")
    if IS_CI:
        sys.exit(1)


def say(text: str) -> None:
    """Print a line that stands out between the tools' own."""
    print(f"\n=== {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
