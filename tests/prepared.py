"""What many tests start from, made once: a database with all tables, and the static files of a server.

Each is kept in a folder under a name that changes with what it is made from, so that the next run finds it there.
`make test` removes the folder first: a whole run makes every table by the migrations, from nothing.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

BASE = Path(__file__).resolve().parent.parent
FOLDER = BASE / ".pytest_cache" / "prepared"
ADVISORY_KEY = 0x7E57  # of this purpose alone
COMMAND_SECONDS = 600
COLLECT = "from booking.operations.launcher.preparation import collect_static; collect_static()"


def copy_migrated_file(target: Path) -> None:
    """Put a SQLite database with all tables and no rows at a path, in place of what is there."""
    for old in target.parent.glob(f"{target.name}*"):
        old.unlink()
    shutil.copyfile(_migrated_file(), target)


def copy_migrated_database(server: str, name: str) -> None:
    """Make a PostgreSQL database with all tables and no rows, in place of one of that name.

    `server` is the address of any other database there, and of a role that may make databases.
    """
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        template = _migrated_database(server, connection)
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def copy_static_files(target: Path) -> None:
    """Put the static files as a server collects them into a new folder."""
    sources = sorted(path for path in (BASE / "booking" / "static").rglob("*") if path.is_file())
    key = _digest(f"{path} {path.stat().st_mtime_ns}".encode() for path in sources)
    kept = FOLDER / f"static-{key}"
    with _alone():
        if not kept.exists():
            _forget("static-*")
            with _new_folder() as folder:
                _manage("shell", "-v", "0", "-c", COLLECT, data=folder, database=f"sqlite:///{folder / 'none.sqlite3'}")
                (folder / "static").rename(kept)
    shutil.copytree(kept, target)  # with their times, by which a server knows that it has no newer ones to collect


def forget_all() -> None:
    """Let the next run make everything anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)


def _migrated_file() -> Path:
    kept = FOLDER / f"migrated-{_tables_key()}.sqlite3"
    with _alone():
        if not kept.exists():
            _forget("migrated-*")
            with _new_folder() as folder:
                made = folder / "new.sqlite3"
                _manage("migrate", "--no-input", "-v", "0", data=folder, database=f"sqlite:///{made}")
                made.rename(kept)
    return kept


def _migrated_database(server: str, connection: psycopg.Connection) -> str:
    """Return the name of a database with all tables, made where the server has none of that name."""
    name = f"carillon_migrated_{_tables_key()}"
    connection.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_KEY])
    try:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            new = f"carillon_new_{secrets.token_hex(6)}"
            connection.execute(f'CREATE DATABASE "{new}"')
            with _new_folder() as folder:
                _manage("migrate", "--no-input", "-v", "0", data=folder, database=f"{server.rpartition('/')[0]}/{new}")
            connection.execute(f'ALTER DATABASE "{new}" RENAME TO "{name}"')
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_KEY])
    return name


def _tables_key() -> str:
    """Return what changes when the tables may: with a migration of ours, or another version of a dependency."""
    migrations = sorted(BASE.glob("*/migrations/*.py"))
    return _digest(path.read_bytes() for path in [*migrations, BASE / "requirements" / "app.lock"])


def _digest(parts: Iterable[bytes]) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _manage(*arguments: str, data: Path, database: str) -> None:
    """Run `manage.py` with the settings of a server."""
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE,
        env={**environment, "DATA_DIR": str(data), "DATABASE_URL": database},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"manage.py {arguments[0]}: {done.stdout}{done.stderr}")


@contextmanager
def _alone() -> Iterator[None]:
    """Let one of several workers make something, while the others wait."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _new_folder() -> Iterator[Path]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="new-", dir=FOLDER) as name:
        yield Path(name)


def _forget(pattern: str) -> None:
    for old in FOLDER.glob(pattern):
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink()
