"""The secret key of the books: a database is used only with the key by which its links and digests were made.

With another key, the links in all messages sent so far are dead, and people who asked for no more texts get some again.
"""

import os
from pathlib import Path

from django.conf import settings
from django.db import transaction

from booking.environment import key_file
from booking.models import Booking, BooksKey
from booking.operations.sealed_keys import BadPassphrase, open_key, seal_key
from booking.tokens import key_fingerprint
from notifications.models import OptOut

WRONG_KEY = (
    "SECRET_KEY: this is not the key of these books: links sent to customers would be dead, and people who asked for "
    "no more texts would get texts again. Put the old key back (DATA_DIR/secret_key, or SECRET_KEY), or add --new-key."
)


class WrongKey(Exception):
    """The database was made with another key; the message is one line for the person at the terminal."""


@transaction.atomic
def check_key(*, may_be_new: bool) -> None:
    """Note the key of books that have none yet. Raises WrongKey if they have another, unless that is meant.

    Books that nothing depends on yet take any key.
    """
    ours = key_fingerprint()
    noted = BooksKey.objects.values_list("fingerprint", flat=True).first()
    if noted == ours:
        return
    if noted is not None and not may_be_new and _is_in_use():
        raise WrongKey(WRONG_KEY)
    BooksKey.objects.update_or_create(pk=1, defaults={"fingerprint": ours})


def check_key_of(fingerprint: str | None) -> None:
    """Raise WrongKey if a backup was made with another key than ours; None stands for one that notes no key."""
    if fingerprint not in (None, key_fingerprint()):
        raise WrongKey(WRONG_KEY)


def write_key_beside(backup: Path, *, passphrase: str | None = None) -> Path:
    """Write the key to a file of mode 600 beside a backup, sealed if there is a passphrase; return its path.

    Raises OSError.
    """
    path = _sealed_key_beside(backup) if passphrase else _key_beside(backup)
    _write_key(path, seal_key(settings.SECRET_KEY, passphrase) if passphrase else settings.SECRET_KEY)
    return path


def take_key_beside(backup: Path, *, fingerprint: str | None, passphrase: str | None = None) -> bool:
    """Use the key beside a backup from now on, where Carillon keeps its key itself; tell whether it does.

    A key that SECRET_KEY names stays; so does ours where the one beside is not that of the backup (`fingerprint`). The
    key that was ours is kept as `secret_key.` with its fingerprint: other books may need it. With a passphrase the
    sealed key is taken. Raises OSError, and BadPassphrase if the passphrase does not open it.
    """
    ours = key_file(Path(settings.DATA_DIR))
    found = _read_key_beside(backup, passphrase)
    if found is None or not (ours.is_file() and ours.read_text().strip() == settings.SECRET_KEY):
        return False
    before, before_fingerprint = settings.SECRET_KEY, key_fingerprint()
    settings.SECRET_KEY = found
    if not found or found == before or fingerprint not in (None, key_fingerprint()):
        settings.SECRET_KEY = before
        return False
    _write_key(ours.with_name(f"{ours.name}.{before_fingerprint}"), before)
    _write_key(ours, found)
    return True


def _write_key(path: Path, key: str) -> None:
    """Write a key to a file of mode 600, whole or not at all."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key)
    fresh.replace(path)


def _read_key_beside(backup: Path, passphrase: str | None) -> str | None:
    """Return the key beside a backup, None if none is there. Raises OSError and BadPassphrase."""
    if passphrase is None:
        path = _key_beside(backup)
        return path.read_text().strip() if path.is_file() else None
    path = _sealed_key_beside(backup)
    try:
        return open_key(path.read_text(), passphrase)
    except FileNotFoundError as error:
        raise BadPassphrase(f"{path}: is not there, so there is nothing to open with the passphrase.") from error
    except (BadPassphrase, UnicodeDecodeError) as error:
        raise BadPassphrase(f"{path}: {error}") from error


def _key_beside(backup: Path) -> Path:
    return backup.with_name(f"{backup.name}.key")


def _sealed_key_beside(backup: Path) -> Path:
    return backup.with_name(f"{backup.name}.key.sealed")


def _is_in_use() -> bool:
    return Booking.objects.exists() or OptOut.objects.exists()
