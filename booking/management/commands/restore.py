"""`manage.py restore FILE`: restore a backup into a new, empty database of the same kind."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import redis
from django.core.management.base import BaseCommand
from django.utils import timezone

from booking.operations.backups import BackupFailed, check_empty, fingerprint_in, restore
from booking.operations.books_key import WrongKey, check_key, check_key_of, take_key_beside
from booking.operations.restoring import after_restore
from booking.operations.sealed_keys import BadPassphrase, read_passphrase


class Command(BaseCommand):
    help = "Reads a backup into an empty database. Sign-ins end, and messages that may have gone out are held back."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--key-passphrase-file", type=Path, metavar="PASSPHRASE_FILE",
            help="use the key in FILE.key.sealed, which the passphrase in this file opens",
        )  # fmt: skip
        parser.add_argument("--new-key", action="store_true", help="let the books have another secret key from now on")

    def handle(self, *args: Any, **options: Any) -> None:
        file, may_be_new, key_passphrase = options["file"], options["new_key"], options["key_passphrase_file"]
        try:
            passphrase = read_passphrase(key_passphrase) if key_passphrase else None
            fingerprint = fingerprint_in(file)
            check_empty()
            takes_key = take_key_beside(file, fingerprint=fingerprint, passphrase=passphrase)
            if not may_be_new:
                check_key_of(fingerprint)
            restore(file)
            check_key(may_be_new=True)
        except (BackupFailed, BadPassphrase, WrongKey) as reason:
            sys.exit(f"carillon: {reason}")
        except OSError as error:
            sys.exit(f"carillon: DATA_DIR: {error.filename}: {error.strerror}.")
        if takes_key:
            self.stdout.write(f"the key beside {file} is the key of this installation from now on")
        try:
            done = after_restore(now=timezone.now())
        except redis.RedisError:
            sys.exit("carillon: REDIS_URL: not there; the sign-ins kept in it go on. Empty it before you start.")
        then = f"on {done.backup_at:%Y-%m-%d at %H:%M} UTC" if done.backup_at else "when the backup was taken"
        self.stdout.write(f"{done.erased.total()} customers erased who were erased before, or are kept no longer")
        self.stdout.write("sign-ins, tokens of programs and pairing codes have ended")
        self.stdout.write(f"tablets, members and passwords are as they were {then}: end again what ended since")
        self.stdout.write(f"restored; {done.held_back} messages held back that may have gone out before")
