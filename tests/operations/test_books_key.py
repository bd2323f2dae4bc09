"""Books open with their own key alone: another is refused at the start and by a restore, unless it is meant."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from stat import S_IMODE
from typing import NamedTuple

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


class Passphrases(NamedTuple):
    """Files with passphrases."""

    right: Path
    wrong: Path


@pytest.fixture(scope="module")
def passphrases(tmp_path_factory: pytest.TempPathFactory) -> Passphrases:
    folder = tmp_path_factory.mktemp("passphrases")
    made = Passphrases(folder / "right", folder / "wrong")
    made.right.write_text("six words that stand in no book\n")
    made.wrong.write_text("six words that stand in no books\n")
    return made


@pytest.fixture(scope="module")
def booked(passphrases: Passphrases) -> Iterator[Booked]:
    """Give a house that stands still, with a visit and backups: without the key, with it beside, and sealed."""
    with servers.running(PATH=path_with_postgres()) as house:
        found = Booked(house)
        house.manage("backup", str(house.folder / "plain"))
        house.manage("backup", str(house.folder / "whole"), "--with-key")
        house.manage("backup", str(house.folder / "sealed"), "--seal-key", str(passphrases.right))
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


def test_restore_opens_the_sealed_key_with_its_passphrase_alone(booked: Booked, passphrases: Passphrases) -> None:
    sealed = booked.house.folder / "sealed"
    beside = Path(f"{sealed}.key.sealed")
    with servers.house(PATH=path_with_postgres()) as new:
        new.manage("check")
        before = (new.data / "secret_key").read_text()
        wrong = refused(new.run("restore", str(sealed), "--key-passphrase-file", str(passphrases.wrong)))
        key_after_wrong = (new.data / "secret_key").read_text()
        without = refused(new.run("restore", str(sealed)))
        said = new.manage("restore", str(sealed), "--key-passphrase-file", str(passphrases.right))
        new.start()
        status = booked.status_in(new)

    assert S_IMODE(beside.stat().st_mode) == 0o600
    assert (booked.house.data / "secret_key").read_text() not in beside.read_text()
    assert wrong == f"carillon: {beside}: another passphrase was used for it, or it is damaged."
    assert key_after_wrong == before
    assert "not the key of these books" in without
    assert "is the key of this installation from now on" in said
    assert status == 200


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
