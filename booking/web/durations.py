"""How long requests take, counted by kind of page in a small file of each process, for `/metrics`.

A process takes a file that no living one holds, and counts on from what stands there: nothing is lost when a process
ends, and there are never more files than processes. Nothing in them says who asked for what. Written by `pwrite`, as a
mapped file would end the process where the disk is full.
"""

import fcntl
import os
import threading
from array import array
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

BOUNDS_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# The beginning of a view's module, and what monitoring calls the pages there: the first that fits.
_PAGES = (
    ("booking.customer.book.", "booking"),
    ("booking.customer.manage.", "visit"),
    ("booking.customer.waiting_list.", "waiting_list"),
    ("booking.customer.", "stores"),
    ("booking.staff.arrivals.", "arrivals"),
    ("booking.staff.day.", "day"),
    ("booking.staff.", "staff"),
    ("booking.api.staff.", "api_staff"),
    ("booking.api.", "api"),
)
OTHER = "other"
PAGES = (*(name for _module, name in _PAGES), OTHER)
_PER_ROW = len(BOUNDS_SECONDS) + 2  # one count for each bound, one beyond them, and the sum in microseconds
_CELL_BYTES = 8
_FILES_MOST = 256
_DAMAGED_FROM = 1 << 62  # no server has run for so many microseconds


class Durations(NamedTuple):
    """The requests of one kind of page: how many took no longer than each bound, how many there were, and the sum."""

    pages: str
    within: tuple[int, ...]
    requests: int
    seconds: float


@cache
def pages_of(module: str) -> str:
    """Return what monitoring calls the pages of a view's module."""
    return next((name for start, name in _PAGES if module.startswith(start)), OTHER)


class DurationFile:
    """The counts of one process. Raises OSError where no file can be had."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = _free_file(folder)
        self._lock = threading.Lock()
        self.pid = os.getpid()
        size = len(PAGES) * _PER_ROW
        self._cells = array("Q", bytes(size * _CELL_BYTES))
        known = os.pread(self._file, size * _CELL_BYTES, 0)
        is_whole = len(known) == size * _CELL_BYTES == os.fstat(self._file).st_size
        if is_whole and max(array("Q", known)) < _DAMAGED_FROM:
            self._cells = array("Q", known)
        else:  # new, damaged, or of a version with other rows
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, self._cells.tobytes(), 0)

    def note(self, pages: str, seconds: float) -> None:
        """Count one request. Raises OSError where it is not written: the next one that is brings it along."""
        row = PAGES.index(pages) * _PER_ROW
        place = next((n for n, bound in enumerate(BOUNDS_SECONDS) if seconds <= bound), len(BOUNDS_SECONDS))
        with self._lock:
            self._cells[row + place] += 1
            self._cells[row + _PER_ROW - 1] += max(0, int(seconds * 1_000_000))
            os.pwrite(self._file, self._cells[row : row + _PER_ROW].tobytes(), row * _CELL_BYTES)

    def close(self) -> None:
        """Let another process go on with the file."""
        os.close(self._file)


def _free_file(folder: Path) -> int:
    """Return a file that no other process holds; it is this one's as long as it is open."""
    for number in range(_FILES_MOST):
        try:
            file = os.open(folder / str(number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except (PermissionError, IsADirectoryError):  # another user's, as after a start by hand
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
        else:
            return file
    raise OSError


class _Process:
    """What this process holds: its file, once it has answered a request; none where it cannot have one."""

    file: DurationFile | None = None
    is_given_up = False
    lock = threading.Lock()


def _own_file() -> DurationFile:
    """Return the file of this process; a process that was forked off has one of its own."""
    file = _Process.file
    if file is None or file.pid != os.getpid():
        with _Process.lock:
            file = _Process.file
            if file is None or file.pid != os.getpid():
                file = _Process.file = DurationFile(durations_folder())
    return file


def note_duration(module: str, seconds: float) -> None:
    """Count a request that a view of a module answered. Where that fails, figures are missing, and nothing else."""
    if _Process.is_given_up:
        return
    try:
        file = _own_file()
    except OSError:
        _Process.is_given_up = True
        return
    with suppress(OSError):  # a disk that is full may have room again
        file.note(pages_of(module), seconds)


def durations_folder() -> Path:
    """Return the folder of the files of this machine's processes."""
    return Path(settings.DATA_DIR) / "durations"


def read_durations(folder: Path) -> Iterator[Durations]:
    """Yield the durations of each kind of page, over all processes of this machine, those that ended too."""
    size = len(PAGES) * _PER_ROW
    total = [0] * size
    for content in _contents(folder):
        if len(content) == size * _CELL_BYTES:
            total = [one + other for one, other in zip(total, array("Q", content), strict=True)]
    for number, pages in enumerate(PAGES):
        *counts, microseconds = total[number * _PER_ROW : (number + 1) * _PER_ROW]
        within = tuple(accumulate(counts))
        yield Durations(pages, within[:-1], within[-1], microseconds / 1_000_000)


def _contents(folder: Path) -> Iterator[bytes]:
    """Yield what stands in the files of a folder; what cannot be read is left out."""
    with suppress(OSError):
        for path in folder.iterdir():
            with suppress(OSError):
                yield path.read_bytes()
