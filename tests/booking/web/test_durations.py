"""How long requests take: counted by several processes and threads without loss, and kept when a process ends."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from booking.web import durations
from booking.web.durations import PAGES, DurationFile, note_duration, pages_of, read_durations


def counts(folder: Path) -> dict[str, int]:
    return {found.pages: found.requests for found in read_durations(folder) if found.requests}


def test_a_request_counts_in_the_first_bound_that_it_keeps_and_in_all_above(tmp_path: Path) -> None:
    file = DurationFile(tmp_path)
    for seconds in (0.0, 0.01, 0.02, 3.0, 60.0):
        file.note("day", seconds)

    (day,) = [found for found in read_durations(tmp_path) if found.pages == "day"]

    assert day.within == (2, 3, 3, 3, 3, 3, 3, 3, 4, 4)
    assert (day.requests, day.seconds) == (5, 63.03)


def test_processes_have_a_file_each_and_the_next_one_counts_on(tmp_path: Path) -> None:
    first, second = DurationFile(tmp_path), DurationFile(tmp_path)
    first.note("day", 0.1)
    second.note("day", 0.1)
    assert {path.name for path in tmp_path.iterdir()} == {"0", "1"}
    first.close()

    third = DurationFile(tmp_path)
    third.note("day", 0.1)

    assert {path.name for path in tmp_path.iterdir()} == {"0", "1"}
    assert counts(tmp_path) == {"day": 3}


def test_another_process_is_another_file(tmp_path: Path) -> None:
    mine = DurationFile(tmp_path)
    code = f"from pathlib import Path; from booking.web.durations import DurationFile as D; D(Path({str(tmp_path)!r}))"
    subprocess.run([sys.executable, "-c", f"{code}.note('api', 0.2)"], check=True)
    mine.note("api", 0.2)

    assert counts(tmp_path) == {"api": 2}
    assert len(list(tmp_path.iterdir())) == 2


def test_threads_lose_no_request(tmp_path: Path) -> None:
    file = DurationFile(tmp_path)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: file.note(PAGES[number % 3], 0.001), range(3000)))

    assert set(counts(tmp_path).values()) == {1000}


def test_a_file_of_another_version_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "0").write_bytes(b"\1" * 24)

    DurationFile(tmp_path).note("day", 0.1)

    assert counts(tmp_path) == {"day": 1}


def test_where_no_file_can_be_written_requests_are_answered_all_the_same(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "durations").write_text("")  # no folder can be here
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(durations._Process, "file", None)
    monkeypatch.setattr(durations._Process, "is_given_up", False)

    note_duration("booking.staff.day.page", 0.1)

    assert durations._Process.is_given_up
    assert counts(tmp_path / "durations") == {}


@pytest.mark.parametrize(
    ("module", "pages"),
    [
        ("booking.customer.book.choose", "booking"),
        ("booking.customer.manage.page", "visit"),
        ("booking.customer.lost_link", "stores"),
        ("booking.staff.day.schedule", "day"),
        ("booking.staff.setup.hours", "staff"),
        ("booking.api.public.bookings", "api"),
        ("booking.operations.health", "other"),
        ("", "other"),
    ],
)
def test_pages_are_named_by_the_module_of_their_view(module: str, pages: str) -> None:
    assert pages_of(module) == pages


def test_what_else_lies_in_the_folder_hides_no_figures(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "0").mkdir()
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")

    DurationFile(tmp_path).note("day", 0.1)

    assert counts(tmp_path) == {"day": 1}


def test_a_damaged_file_breaks_no_request_and_begins_anew(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path
    DurationFile(tmp_path / "durations").close()
    size = (tmp_path / "durations" / "0").stat().st_size
    (tmp_path / "durations" / "0").write_bytes(b"\xff" * size)
    monkeypatch.setattr(durations._Process, "file", None)
    monkeypatch.setattr(durations._Process, "is_given_up", False)

    note_duration("booking.staff.day.page", 0.1)

    assert counts(tmp_path / "durations") == {"day": 1}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
def test_requests_while_the_disk_is_full_are_answered_and_counted_afterwards(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path
    file = DurationFile(tmp_path / "durations")
    monkeypatch.setattr(durations._Process, "file", file)
    monkeypatch.setattr(durations._Process, "is_given_up", False)
    kept, full = os.dup(file._file), os.open("/dev/full", os.O_RDWR)

    os.dup2(full, file._file)
    note_duration("booking.staff.day.page", 0.1)
    os.dup2(kept, file._file)
    note_duration("booking.staff.day.page", 0.1)

    os.close(kept)
    os.close(full)
    assert counts(tmp_path / "durations") == {"day": 2}
