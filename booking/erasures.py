"""Erasures by reference, stored beside the database, so that a backup does not bring erased people back.

DATA_DIR/erased has one line for each erasure; a reference names no person. A line is on the disk before the erasure
counts.
"""

import os
from pathlib import Path

from django.conf import settings
from django.db import OperationalError

from booking.tokens import read_reference


def note(reference: str) -> None:
    """Record that a booking's customer was erased.

    Raises OperationalError, like a database whose disk is full or that cannot be reached: the client is told to try
    again.
    """
    try:
        file = os.open(_path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, f"{reference}\n".encode())
            os.fsync(file)
        finally:
            os.close(file)
    except OSError as error:
        raise OperationalError(f"DATA_DIR/erased cannot be written: {error.strerror}") from error


def noted() -> frozenset[str]:
    """Return the references of all erased customers; incomplete or foreign lines are ignored."""
    try:
        lines = _path().read_text(errors="replace").split("\n")
    except FileNotFoundError:
        return frozenset()
    return frozenset(filter(None, map(read_reference, lines)))


def _path() -> Path:
    return Path(settings.DATA_DIR) / "erased"
