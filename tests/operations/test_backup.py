"""A backup taken while the service runs, and restored elsewhere: nothing is lost, nothing goes out again."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.servers import House, booking_at, slot

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("backup")]

COUNTED = ("stores_store", "booking_booking", "booking_bookingevent", "notifications_outboxmessage")


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """Give a house that runs, with visits booked and words about them gone out."""
    with servers.running() as made:
        store = made.make_store(capacity=5)
        for number in range(5):
            answer = made.post("/api/v1/bookings", booking_at(store, slot(index=number), number=number))
            assert answer.status == 201, answer.body
        yield made


@pytest.fixture(scope="module")
def copy(house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("backup") / "carillon.backup"
    house.manage("backup", str(path))
    return path


@pytest.fixture
def new_house() -> Iterator[House]:
    with servers.house() as made:
        yield made


def counts(house: House) -> dict[str, int]:
    return {table: house.rows(f"SELECT count(*) FROM {table}")[0][0] for table in COUNTED}


def refusal(house: House, *arguments: str, **settings: str) -> str:
    done = house.run(*arguments, **settings)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


def test_backup_is_for_its_owner_alone(copy: Path) -> None:
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


@pytest.mark.parametrize("is_migrated", [False, True], ids=["new", "migrated"])
def test_backup_comes_back_whole(house: House, copy: Path, new_house: House, is_migrated: bool) -> None:
    if is_migrated:
        new_house.manage("migrate", "-v", "0")

    new_house.manage("restore", str(copy))

    assert counts(new_house) == counts(house)
    assert new_house.check_books() == "The books are right."
    new_house.start()
    states = "SELECT count(*) FROM notifications_outboxmessage WHERE state = 'sent'"
    assert new_house.rows(states) == house.rows(states)


def test_full_database_is_left_as_it_is(house: House, copy: Path) -> None:
    before = counts(house)
    assert "DATABASE_URL" in refusal(house, "restore", str(copy))
    assert counts(house) == before


def test_database_of_somebody_else_is_left_as_it_is(copy: Path, new_house: House) -> None:
    new_house.execute("CREATE TABLE recipe (name TEXT)")
    assert "not empty" in refusal(new_house, "restore", str(copy))
    assert new_house.rows("SELECT count(*) FROM recipe") == [(0,)]


def test_what_is_no_backup_is_refused(new_house: House, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear Ada")
    assert "is no backup" in refusal(new_house, "restore", str(tmp_path / "letter"))
    assert "cannot be read" in refusal(new_house, "restore", str(tmp_path / "nothing"))


def test_backup_that_cannot_be_written_leaves_nothing(house: House, tmp_path: Path) -> None:
    assert "cannot be written" in refusal(house, "backup", str(tmp_path / "no" / "folder"))


def test_postgresql_needs_its_programs(house: House, tmp_path: Path) -> None:
    if house.is_sqlite:
        pytest.skip("SQLite needs none")
    assert "pg_dump: not found" in refusal(house, "backup", str(tmp_path / "copy"), PATH=str(tmp_path))
    assert list(tmp_path.iterdir()) == []
