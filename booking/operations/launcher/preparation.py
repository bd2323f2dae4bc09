"""Preparation of a start: the port, the database and its tables, translations, static files, the timetable."""

import fcntl
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from booking.operations.direct_connection import write_timeouts_into_role
from booking.operations.schedules import sync_schedules
from booking.operations.translations import compile_translations

UNUSED_STATIC = ("admin", "rest_framework")  # for pages that are not served here
ADVISORY_KEY = 0x0CA1  # used for nothing else


class CannotStart(Exception):
    """The start is not possible; the message is one line for the person at the terminal."""


def check_settings(*tags: str) -> None:
    """Raise CannotStart, with the name of the variable, if the settings cannot work.

    The tags name the checks: `settings`, which all commands run, and `texts`. Those of Django look at the code, and
    import all pages for it, which takes longer than all else at a start.
    """
    for found in run_checks(tags=tags):
        if found.level >= ERROR:
            raise CannotStart(" ".join(str(found.msg).split()))


def check_port(address: str, port: int) -> None:
    """Raise CannotStart if another process has the port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise CannotStart(f"--port: {address}:{port} cannot be used ({error.strerror}).") from error


def prepare() -> None:
    """Update database, translations and static files, once all that they need has been found.

    It costs little if nothing has changed. Raises CannotStart.
    """
    _check_redis()
    try:
        compile_translations(settings.LOCALE_PATHS[0])
        with _alone():
            if settings.DATABASE_DIRECT:
                write_timeouts_into_role()
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                call_command("migrate", interactive=False, verbosity=0)
            sync_schedules(now=timezone.now())
        _keep_to_owner()
        collect_static()
    except DatabaseError as error:
        first_line = str(error).strip().partition("\n")[0]
        raise CannotStart(f"DATABASE_URL: the database cannot be used ({first_line}).") from error
    except OSError as error:
        raise CannotStart(f"DATA_DIR: {error.filename or settings.DATA_DIR}: {error.strerror}.") from error


@contextmanager
def _alone() -> Iterator[None]:
    """Let only one process at a time change the tables; others that start meanwhile wait."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 0")
            cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_KEY])
        try:
            yield
        finally:
            connection.close()  # which releases the lock and restores the settings of the session
        return
    with Path(settings.DATA_DIR, "migrate.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _keep_to_owner() -> None:
    """Make a database file readable only for its owner; SQLite gives the files beside it the same mode."""
    if connection.vendor == "sqlite":
        database = Path(connection.settings_dict["NAME"])
        for path in (database, *database.parent.glob(f"{database.name}-*")):
            path.chmod(0o600)


def _check_redis() -> None:
    if not settings.REDIS_URL:
        return
    import redis  # noqa: PLC0415 -- what uses no Redis does not load it

    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=3).ping()
    except (redis.RedisError, ValueError) as error:
        raise CannotStart(f"REDIS_URL: Redis cannot be reached ({type(error).__name__}).") from error


def collect_static() -> None:
    """Collect static files if one is newer than the last collection, or one is missing."""
    sources = [path for path in Path(settings.BASE_DIR, "booking", "static").rglob("*") if path.is_file()]
    stamp = Path(settings.STATIC_ROOT, ".collected")
    state = "\n".join(f"{path.name} {path.stat().st_mtime_ns}" for path in sorted(sources))
    if stamp.exists() and stamp.read_text() == state:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0, ignore_patterns=list(UNUSED_STATIC))
    stamp.write_text(state)
