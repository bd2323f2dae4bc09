"""Backups: a full copy while the service runs, and its restoration into an empty database of the same kind."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from booking.models import BooksKey, WorkerBeat
from booking.operations.direct_connection import directly

SQLITE_HEADER = b"SQLite format 3\x00"
POSTGRES_HEADER = b"PGDMP"
# Tables with secrets, or with the networks of clients: no backup needs them, so none has them.
LEFT_OUT = (
    *("django_session", "knox_authtoken", "booking_pairingcode"),
    *("django_q_ormq", "django_q_task"),
)
# What of an address pg_dump and pg_restore are told as well.
TOLD_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "target_session_attrs")
PRECIOUS = ("stores_", "booking_", "notifications_", "auth_user")
UNCOUNTED = (WorkerBeat._meta.db_table, BooksKey._meta.db_table)  # a start alone writes them


class BackupFailed(Exception):
    """The backup or the restoration failed; the message is one line for the person at the terminal."""


@directly()
def backup(path: Path) -> None:
    """Write a copy of the database at one moment to a file of mode 600. Raises BackupFailed."""
    if MigrationRecorder.Migration._meta.db_table not in connection.introspection.table_names():
        raise BackupFailed("DATABASE_URL: the database has no tables, so there is nothing to back up.")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        if connection.vendor == "sqlite":
            _copy_sqlite(Path(connection.settings_dict["NAME"]), unfinished)
            _leave_out(unfinished)
        else:
            without = [f"--exclude-table-data={table}" for table in LEFT_OUT]
            _run_postgres("pg_dump", "--format=custom", "--no-owner", *without, f"--file={unfinished}", _dsn())
        unfinished.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(f"{path}: cannot be written ({error}).") from error
    finally:
        unfinished.unlink(missing_ok=True)


@directly()
def restore(path: Path) -> None:
    """Read a backup into an empty database of the same kind. Raises BackupFailed."""
    _check_kind(path)
    check_empty()
    if connection.vendor == "sqlite":
        connection.close()
        try:
            _copy_sqlite(path, Path(connection.settings_dict["NAME"]))
        except sqlite3.Error as error:
            raise BackupFailed(f"{path}: cannot be restored ({error}).") from error
    else:
        _drop_tables()
        connection.close()
        _run_postgres("pg_restore", "--no-owner", "--single-transaction", f"--dbname={_dsn()}", str(path))
    call_command("migrate", interactive=False, verbosity=0)


@directly()
def check_empty() -> None:
    """Raise BackupFailed if anything is in the database already."""
    if not _is_empty():
        raise BackupFailed("DATABASE_URL: the database is not empty; restore into a new one.")


@directly()
def fingerprint_in(path: Path) -> str | None:
    """Return the fingerprint of the key that a backup was made with, None if it has none. Raises BackupFailed."""
    _check_kind(path)
    if connection.vendor == "postgresql":
        table = f"--table={BooksKey._meta.db_table}"
        return _first_row(_run_postgres("pg_restore", "--data-only", table, "--file=-", str(path)))
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as reading:
            row = reading.execute(f"SELECT fingerprint FROM {BooksKey._meta.db_table}").fetchone()  # noqa: S608 -- our table
    except sqlite3.Error:
        return None  # a backup from before keys were noted; one that is damaged is told when it is restored
    return row[0] if row else None


def _first_row(dump: str) -> str | None:
    """Return the last column of the first row in the text of a dump of one table."""
    lines = iter(dump.splitlines())
    if not any(line.startswith("COPY ") for line in lines):
        return None
    row = next(lines)
    return None if row == "\\." else row.rpartition("\t")[2]


def _check_kind(path: Path) -> None:
    try:
        with path.open("rb") as file:
            header = file.read(len(SQLITE_HEADER))
    except OSError as error:
        raise BackupFailed(f"{path}: cannot be read ({error.strerror}).") from error
    wanted, kind = (SQLITE_HEADER, "SQLite") if connection.vendor == "sqlite" else (POSTGRES_HEADER, "PostgreSQL")
    if not header.startswith(wanted):
        raise BackupFailed(f"{path}: is no backup of a {kind} database.")


def _is_empty() -> bool:
    """Tell whether the database is empty; our own tables may exist without rows."""
    tables = set(connection.introspection.table_names())
    if tables - _own_tables():
        return False  # tables of another program
    written = [table for table in tables if table.startswith(PRECIOUS) and table not in UNCOUNTED]
    with connection.cursor() as cursor:
        for table in sorted(written):
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608 -- known tables
            if cursor.fetchone():
                return False
    return True


def _own_tables() -> set[str]:
    return {*connection.introspection.django_table_names(), MigrationRecorder.Migration._meta.db_table}


def _drop_tables() -> None:
    with connection.cursor() as cursor:
        for table in sorted(_own_tables()):
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(table)} CASCADE")


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy page by page with SQLite itself: a plain copy of a file in use loses the contents of its log."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=20)) as reading,
        closing(sqlite3.connect(target, timeout=20)) as writing,
    ):
        reading.backup(writing)
        if writing.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("the copy is damaged")
        writing.execute("PRAGMA journal_mode=DELETE")  # one file, readable from a folder that is not writable
    target.chmod(0o600)


def _leave_out(copy: Path) -> None:
    """Empty the tables of a copy that no backup needs, and overwrite their former contents."""
    with closing(sqlite3.connect(copy, timeout=20)) as writing:
        writing.execute("PRAGMA secure_delete=ON")
        there = {name for (name,) in writing.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        with writing:
            for table in sorted(there.intersection(LEFT_OUT)):
                writing.execute(f'DELETE FROM "{table}"')  # noqa: S608 -- known tables


def _run_postgres(program: str, *arguments: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise BackupFailed(f"{program}: not found; install PostgreSQL's client programs (postgresql-client).")
    password = connection.settings_dict.get("PASSWORD") or ""
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    done = subprocess.run([found, *arguments], env=environment, capture_output=True, text=True, check=False)  # noqa: S603 -- found by name above
    if done.returncode != 0:
        line = (done.stderr.strip() or "no reason given").splitlines()[0]
        raise BackupFailed(f"{program}: {line}")
    return done.stdout


def _dsn() -> str:
    """Return the address of the database without its password, which other users could see."""
    names = {"dbname": "NAME", "host": "HOST", "port": "PORT", "user": "USER"}
    given = {key: str(connection.settings_dict.get(name) or "") for key, name in names.items()}
    given |= {key: str(connection.settings_dict["OPTIONS"].get(key) or "") for key in TOLD_OPTIONS}
    return " ".join(f"{key}='{value}'" for key, value in given.items() if value)
