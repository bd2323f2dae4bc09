"""Starts of `manage.py up` and other commands: what stops them says so in one line, and nothing needless is loaded."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests import servers
from tests.operations.refused_starts import refused
from tests.servers import BASE, COMMAND_SECONDS, START_SECONDS, STOP_SECONDS, UNTIL_WE_DIE, House, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bare() -> Iterator[House]:
    """Give a house in which nothing runs."""
    with servers.house() as made:
        yield made


@pytest.mark.plain
def test_taken_port_is_said_in_one_line(bare: House) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]

        assert f":{port} " in refused(bare, "--port", str(port))


@pytest.mark.plain
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMS_GATEWAY", "pigeon"),
        ("SMS_GATEWAY", "twilio"),
        ("SMS_DAILY_BUDGET", "many"),
        ("DEBUG", "perhaps"),
        ("HSTS_SUBDOMAINS", "perhaps"),
        ("SECRET_KEY_FILE", "/no/such/file"),
        ("TRUSTED_PROXIES", "nobody"),
        ("RATE_LIMITS", "perhaps"),
        ("SECRET_KEY", "short"),
        ("PUBLIC_URL", "nonsense"),
        ("EMAIL_URL", "pigeon://loft"),
        ("EMAIL_URL", "smtp://127.0.0.1:many"),
        ("DATA_DIR", "/dev/null/var"),
        ("DATABASE_URL", "mysql://localhost/carillon"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "postgres://somebody@127.0.0.1:many/carillon"),
        ("DATABASE_URL", "sqlite:////no/such/folder/carillon.sqlite3"),
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/carillon"),
        ("REDIS_URL", "redis://127.0.0.1:1/0"),
        ("REDIS_URL", "nonsense"),
    ],
)
def test_setting_that_cannot_work_is_named_in_one_line(bare: House, name: str, value: str) -> None:
    assert name in refused(bare, "--port", str(bare.port), **{name: value})


def test_redis_that_is_away_is_told_of_before_the_database_is_touched() -> None:
    with servers.house() as empty:
        said = refused(empty, "--port", str(empty.port), REDIS_URL="redis://127.0.0.1:1/0")

        assert said.startswith("carillon: REDIS_URL: ")
        assert empty.tables() == {}


@pytest.mark.plain
@pytest.mark.parametrize(
    ("name", "address", "more"), [("TRUSTED_PROXIES", "0.0.0.0", {}), ("DEBUG", "127.0.0.1", {"DEBUG": "on"})]
)
def test_https_asks_for_a_proxy_elsewhere_and_for_no_debugging(
    bare: House, name: str, address: str, more: dict[str, str]
) -> None:
    https = {"PUBLIC_URL": "https://booking.example.org", **more}
    said = refused(bare, "--port", str(bare.port), "--bind", address, **https)

    assert said.startswith(f"carillon: {name}: ")


@pytest.mark.parametrize(
    "command",
    [
        ("outbox",),
        ("check_books",),
        ("forget",),
        ("backup", "nothing"),
        ("import_stores", str(servers.BASE / "data" / "niort-pharmacies.geojson")),
    ],
    ids=lambda command: command[0],
)
def test_command_on_a_database_without_tables_says_so_in_one_line(command: tuple[str, ...]) -> None:
    with servers.house() as empty:
        done = empty.run(*command)

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("carillon: DATABASE_URL: ")
    assert "tables" in done.stderr


def test_command_says_whether_tables_are_missing_or_the_database_is_not_there() -> None:
    with servers.house() as empty:
        no_tables = empty.run("outbox").stderr
        not_there = empty.run("outbox", DATABASE_URL="postgres://nobody@127.0.0.1:9/none").stderr

    assert no_tables.startswith("carillon: DATABASE_URL: tables are missing (")
    assert not_there.startswith("carillon: DATABASE_URL: cannot be used (")
    assert "makes" not in not_there


@pytest.mark.plain
def test_reader_who_has_read_enough_ends_a_command_without_a_word(bare: House) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    try:
        done = subprocess.run(
            [sys.executable, "manage.py", "help"],
            cwd=BASE,
            env=bare.environment,
            stdout=writes,
            stderr=subprocess.PIPE,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    finally:
        os.close(writes)

    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.plain
@pytest.mark.parametrize("command", [("up", "--port", "0"), ("outbox",)], ids=lambda command: command[0])
def test_start_of_a_command_loads_no_pages(bare: House, command: tuple[str, ...]) -> None:
    """They take longer than all else, and Redis takes long too where there is none."""
    loaded = bare.run(*command, PYTHONPROFILEIMPORTTIME="1").stderr

    assert "stores.models" in loaded
    assert "booking.urls" not in loaded
    assert "redis.asyncio" not in loaded


def test_first_start_of_a_new_checkout_has_its_translations_before_texts_are_measured(tmp_path: Path) -> None:
    """Nothing is compiled there yet: texts in Arabic would be measured with their English words."""
    checkout = tmp_path / "checkout"
    for part in ("booking", "stores", "notifications", "templates", "locale", "data"):
        shutil.copytree(BASE / part, checkout / part, ignore=shutil.ignore_patterns("*.mo", "__pycache__"))
    shutil.copy(BASE / "manage.py", checkout)
    with servers.house(is_prepared=True) as house:
        up = [*UNTIL_WE_DIE, sys.executable, "manage.py", "up", "--port", str(house.port), "--no-demo"]
        environment = {**house.environment, "DJANGO_SETTINGS_MODULE": "booking.settings"}  # there are no tests there
        with (tmp_path / "said").open("wb") as said:
            process = subprocess.Popen(up, cwd=checkout, env=environment, stdout=said, stderr=said)
            try:
                wait_until(
                    lambda: process.poll() is not None or house.is_ready(), seconds=START_SECONDS, what="started"
                )
                assert process.poll() is None, (tmp_path / "said").read_text()
            finally:
                process.terminate()
                process.wait(STOP_SECONDS)
