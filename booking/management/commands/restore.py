"""`manage.py restore FILE`: into a new, empty database of the same kind."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from booking.backups import BackupFailed, restore
from notifications import outbox


class Command(BaseCommand):
    help = "Reads a backup into an empty database. Messages that may have gone out since are held back."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            restore(options["file"])
        except BackupFailed as reason:
            sys.exit(f"carillon: {reason}")
        held_back = outbox.after_restore(now=timezone.now())
        self.stdout.write(f"restored; {held_back} messages held back that may have gone out before")
