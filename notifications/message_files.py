"""Messages as files in `var/outbox/`, used without a provider; only their owner can read them."""

import os
from collections.abc import Collection
from pathlib import Path

from django.conf import settings

UUID_LENGTH = 36


def write(name: str, content: bytes) -> None:
    """Write a message's file in one step; a file of the same name is replaced."""
    folder = _folder()
    unfinished = folder / f".{name}"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    unfinished.replace(folder / name)


def exists(name: str) -> bool:
    """Tell whether a message's file has been written."""
    return (_folder() / name).exists()


def remove(uuids: Collection[str]) -> None:
    """Remove the files of the messages with these UUIDs, which end their names."""
    for path in _folder().iterdir() if uuids else ():
        if path.stem[-UUID_LENGTH:] in uuids:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    folder = Path(settings.MESSAGES_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
