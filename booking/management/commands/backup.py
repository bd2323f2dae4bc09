"""`manage.py backup FILE`: write a complete backup while the service runs."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from booking.operations.backup_times import last_backup
from booking.operations.backups import BackupFailed, backup
from booking.operations.books_key import write_key_beside
from booking.operations.sealed_keys import BadPassphrase, read_passphrase


class Command(BaseCommand):
    help = "Writes a backup of the database to a file of mode 600. Keep the secret key too."
    requires_system_checks = ["settings"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        key = parser.add_mutually_exclusive_group()
        key.add_argument("--with-key", action="store_true", help="write the secret key beside it, to FILE.key")
        key.add_argument(
            "--seal-key", type=Path, metavar="PASSPHRASE_FILE",
            help="write the secret key beside it, to FILE.key.sealed, which only the passphrase in this file opens",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        sealing = options["seal_key"]
        try:
            passphrase = read_passphrase(sealing) if sealing else None
            backup(options["file"])
            with_key = options["with_key"] or passphrase
            key = write_key_beside(options["file"], passphrase=passphrase) if with_key else None
            last_backup().touch(mode=0o600)
        except (BackupFailed, BadPassphrase, OSError) as reason:
            sys.exit(f"carillon: {reason}")
        if key and passphrase:
            self.stdout.write(f"{key}: the secret key, sealed; try the passphrase once, as nothing else opens it")
        elif key:
            self.stdout.write(f"{key}: the secret key; whoever has both files can open every visit")
        self.stdout.write(f"{options['file']}: {options['file'].stat().st_size} bytes")
