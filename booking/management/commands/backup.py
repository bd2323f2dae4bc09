"""`manage.py backup FILE`: write a complete backup while the service runs."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from booking.operations.backup_times import last_backup
from booking.operations.backups import BackupFailed, backup
from booking.operations.books_key import write_key_beside


class Command(BaseCommand):
    help = "Writes a backup of the database to a file of mode 600. Keep the secret key too."
    requires_system_checks = ["settings"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--with-key", action="store_true", help="write the secret key beside it, to FILE.key")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            backup(options["file"])
            last_backup().touch(mode=0o600)
            key = write_key_beside(options["file"]) if options["with_key"] else None
        except (BackupFailed, OSError) as reason:
            sys.exit(f"carillon: {reason}")
        if key:
            self.stdout.write(f"{key}: the secret key; whoever has both files can open every visit")
        self.stdout.write(f"{options['file']}: {options['file'].stat().st_size} bytes")
