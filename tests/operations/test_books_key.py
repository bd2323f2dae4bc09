"""Books open with their own key alone: another is refused at the start and by a restore, unless it is meant."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from stat import S_IMODE

import pytest

from tests import servers
from tests.asking import booking_at, slot
from tests.operations.refused_starts import refused as refused_start
from tests.operations.test_backup import path_with_postgres, refused
from tests.servers import House

pytestmark = pytest.mark.slow
OTHER_KEY = "another key, as long as one has to be 0123456789 abcdefghij"


class Booked:
    """A visit in a house, and how its customer opens it."""

    def __init__(self, house: House) -> None:
        answer = house.post("/api/v1/bookings", booking_at(house.make_store(capacity=5), slot(index=0), number=1))
        assert answer.status == 201
        self.house = house
        self._path, self._bearer = (
            f"/api/v1/bookings/{answer.json['reference']}",
            f"Bearer {answer.json['manage_token']}",
        )

    def status_in(self, house: House) -> int:
        return house.get(self._path, Authorization=self._bearer).status


@pytest.fixture(scope="module")
def booked() -> Iterator[Booked]:
    """Give a house that stands still, with one visit and two backups: one with the key beside it, one without."""
    with servers.running(PATH=path_with_postgres()) as house:
        found = Booked(house)
        house.manage("backup", str(house.folder / "plain"))
        house.manage("backup", str(house.folder / "whole"), "--with-key")
        house.stop(signal.SIGTERM)
        yield found


def test_start_with_another_key_is_refused_until_it_is_meant(booked: Booked) -> None:
    said = refused_start(booked.house, "--port", str(booked.house.port), SECRET_KEY=OTHER_KEY)

    assert "SECRET_KEY: this is not the key of these books" in said


def test_key_is_beside_a_backup_only_on_wish(booked: Booked) -> None:
    key = booked.house.folder / "whole.key"

    assert not (booked.house.folder / "plain.key").exists()
    assert S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_text() == (booked.house.data / "secret_key").read_text()


def test_restore_takes_the_key_beside_the_backup_and_links_live_on(booked: Booked) -> None:
    with servers.house(PATH=path_with_postgres()) as new:
        new.manage("check")
        before = (new.data / "secret_key").read_text()
        said = new.manage("restore", str(booked.house.folder / "whole"))
        new.start()
        status = booked.status_in(new)

        kept = [file.read_text() for file in new.data.glob("secret_key.*")]

    assert "is the key of this installation from now on" in said
    assert status == 200
    assert kept == [before]


@pytest.mark.parametrize("beside", ["", OTHER_KEY])
def test_key_beside_that_is_not_the_backups_replaces_nothing(booked: Booked, tmp_path: Path, beside: str) -> None:
    shutil.copy(booked.house.folder / "plain", tmp_path / "plain")
    (tmp_path / "plain.key").write_text(beside)
    with servers.house(PATH=path_with_postgres()) as other:
        other.manage("check")
        before = (other.data / "secret_key").read_text()
        assert "not the key of these books" in refused(other.run("restore", str(tmp_path / "plain")))

        assert (other.data / "secret_key").read_text() == before


def test_restore_without_the_key_is_refused_until_a_new_one_is_meant(booked: Booked) -> None:
    with servers.house(PATH=path_with_postgres()) as new:
        assert "not the key of these books" in refused(new.run("restore", str(booked.house.folder / "plain")))
        new.manage("restore", str(booked.house.folder / "plain"), "--new-key")
        new.start()
        status = booked.status_in(new)

    assert status in (401, 403, 404)


def test_restore_into_books_in_use_leaves_their_key(booked: Booked) -> None:
    with servers.running(PATH=path_with_postgres()) as other:
        other.make_store(capacity=5)
        before = (other.data / "secret_key").read_text()
        assert "not empty" in refused(other.run("restore", str(booked.house.folder / "whole")))

        assert (other.data / "secret_key").read_text() == before
