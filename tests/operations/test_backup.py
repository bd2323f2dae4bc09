"""Backups taken while people book, and what comes out of them in a new, empty database."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_IMODE
from subprocess import CompletedProcess

import pytest

from tests import servers
from tests.asking import booking_at, slot
from tests.postgres import NoPostgres, programs
from tests.servers import POSTGRES, House, kill, wait_until

pytestmark = pytest.mark.slow

CUSTOMERS = 3


def path_with_postgres() -> str:
    """Return a PATH with client programs as new as the server."""
    try:
        return f"{programs()}{os.pathsep}{os.environ['PATH']}"
    except NoPostgres:
        return os.environ["PATH"]


@contextmanager
def people_booking(house: House, store: str) -> Iterator[dict[str, float]]:
    """Let people book all the time; collect when each had an answer, by reference."""
    answered: dict[str, float] = {}
    is_over = threading.Event()

    def keep_booking(number: int) -> None:
        while not is_over.is_set():
            booked = house.post("/api/v1/bookings", booking_at(store, slot(index=number % 90), number=number))
            assert booked.status == 201
            answered[booked.json["reference"]] = time.monotonic()
            number += CUSTOMERS

    threads = [threading.Thread(target=keep_booking, args=(number,)) for number in range(CUSTOMERS)]
    for thread in threads:
        thread.start()
    try:
        yield answered
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def confirmations(house: House) -> dict[str, int]:
    """Return how many confirmations are in each state."""
    sql = "SELECT state, COUNT(*) FROM notifications_outboxmessage WHERE kind = 'confirmation' GROUP BY state"
    return dict(house.rows(sql))


def references(house: House) -> set[str]:
    return {reference for (reference,) in house.rows("SELECT reference FROM booking_booking")}


def refused(done: CompletedProcess[str]) -> str:
    """Return the one line with which a command refuses."""
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


class Backup:
    """A backup taken while people booked and no message had gone out yet; they all have since."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.file = house.folder / "backup"
        self.store = house.make_store(capacity=200)
        waiting = house.worker()
        kill(waiting, signal.SIGSTOP)
        with people_booking(house, self.store) as answered:
            wait_until(lambda: len(answered) > 30, seconds=180, what="busy")
            begun = time.monotonic()
            self.said = house.run("backup", str(self.file))
            self.answered_before = {reference for reference, at in dict(answered).items() if at < begun}
            wait_until(lambda: max(answered.values()) > begun, seconds=180, what="booking meanwhile")
        kill(waiting, signal.SIGCONT)
        # A nudge that the stopped worker missed is made up for by the sweep of the next minute, or the one after it.
        wait_until(lambda: confirmations(house).keys() == {"sent"}, seconds=300, what="sent")


@pytest.fixture(scope="module")
def backup() -> Iterator[Backup]:
    # As many people book as a slow backup leaves time for: more than a store's budget of a day, on a busy machine.
    with servers.running(PATH=path_with_postgres(), SMS_DAILY_BUDGET="100000") as house:
        yield Backup(house)


@pytest.fixture(scope="module")
def restored(backup: Backup) -> Iterator[House]:
    """Give a new house with the key of the old one and its backup; nothing runs in it."""
    with servers.house(PATH=path_with_postgres()) as house:
        (house.folder / "var" / "secret_key").write_text((backup.house.folder / "var" / "secret_key").read_text())
        house.manage("restore", str(backup.file))
        yield house


def test_backup_is_for_its_owner_alone(backup: Backup) -> None:
    assert backup.said.returncode == 0, backup.said.stderr
    assert S_IMODE(backup.file.stat().st_mode) == 0o600
    assert sorted(backup.house.folder.glob("*backup*")) == [backup.file]


def test_restored_database_has_all_that_was_answered_before(backup: Backup, restored: House) -> None:
    there = references(restored)

    assert len(backup.answered_before) > 30
    assert backup.answered_before <= there
    assert there <= references(backup.house)
    assert restored.check_books() == "The books are right."


def test_restored_house_sends_no_old_message_again(backup: Backup, restored: House) -> None:
    waiting = confirmations(restored)

    restored.start()
    booked = restored.post("/api/v1/bookings", booking_at(backup.store, slot(index=95), number=50_000))
    wait_until(lambda: confirmations(restored).get("sent"), seconds=180, what="sent")

    assert booked.status == 201
    assert waiting == {"skipped": sum(waiting.values())}
    assert confirmations(restored) == {**waiting, "sent": 1}
    files = [path for path in (restored.folder / "var" / "outbox").iterdir() if "confirmation" in path.name]
    assert len(files) == 1
    assert files[0].read_text().startswith(f"To: {booked.json['customer']['phone']}\n")


def test_old_links_still_open_in_the_restored_house(backup: Backup, restored: House) -> None:
    if not restored.is_ready():
        restored.start()
    reference = min(backup.answered_before)
    token = backup.house.manage(
        "shell", "-v", "0", "-c", f"from booking.tokens import *; print(manage_token({reference!r}))"
    )

    assert restored.get(f"/api/v1/bookings/{reference}", Authorization=f"Bearer {token.strip()}").status == 200


def test_database_that_is_not_empty_is_not_restored_into(backup: Backup) -> None:
    before = references(backup.house)

    assert "not empty" in refused(backup.house.run("restore", str(backup.file)))
    assert references(backup.house) == before


def test_file_that_is_no_backup_is_not_restored(backup: Backup) -> None:
    with servers.house(PATH=path_with_postgres()) as house:
        for content in (b"", b"SQLite format 4\x00", b"PGDMQ"):
            file = house.folder / "file"
            file.write_bytes(content)
            assert "is no backup" in refused(house.run("restore", str(file)))
        assert "cannot be read" in refused(house.run("restore", str(house.folder / "nothing")))


def test_torn_backup_is_refused_and_a_whole_one_restored_then(backup: Backup) -> None:
    with servers.house(PATH=path_with_postgres()) as house:
        file = house.folder / "torn"
        file.write_bytes(backup.file.read_bytes()[: backup.file.stat().st_size // 2])

        refused(house.run("restore", str(file)))
        house.manage("restore", str(backup.file), "--new-key")

        assert backup.answered_before <= references(house)


def test_backup_that_cannot_be_written_is_said_in_one_line(backup: Backup) -> None:
    assert "cannot be written" in refused(backup.house.run("backup", "/no/such/folder/backup"))


@pytest.mark.skipif(not POSTGRES, reason="SQLite needs no programs")
def test_missing_program_is_named(backup: Backup, tmp_path: Path) -> None:
    assert "pg_dump" in refused(backup.house.run("backup", str(tmp_path / "backup"), PATH=str(tmp_path)))
    assert list(tmp_path.iterdir()) == []
