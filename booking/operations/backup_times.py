"""When the last backup was taken with this DATA_DIR: the time of a file that `manage.py backup` touches."""

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings


def last_backup() -> Path:
    """Return the file whose time is that of the last backup."""
    return Path(settings.DATA_DIR, "last_backup")


def last_backup_at() -> datetime | None:
    """Return when the last backup was taken, None if none was."""
    try:
        return datetime.fromtimestamp(last_backup().stat().st_mtime, UTC)
    except OSError:
        return None
