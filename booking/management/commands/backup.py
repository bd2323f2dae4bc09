"""`manage.py backup FILE`: write a complete backup while the service runs."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from booking.operations.backups import BackupFailed, backup


class Command(BaseCommand):
    help = "Writes a backup of the database to a file of mode 600. Keep the secret key too, apart from it."
    requires_system_checks = ["settings"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            backup(options["file"])
        except BackupFailed as reason:
            sys.exit(f"carillon: {reason}")
        self.stdout.write(f"{options['file']}: {options['file'].stat().st_size} bytes")
