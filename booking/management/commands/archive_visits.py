"""`manage.py archive_visits FOLDER`: move visits of years long over out of the database, to files."""

import sys
from argparse import ArgumentParser
from datetime import UTC
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from booking.operations.archives import NotArchived, archive_visits
from stores.models import Store

FEWEST_YEARS = 2


class Command(BaseCommand):
    help = "Moves erased visits of old years to one CSV file a store, year and part, and deletes them here."
    requires_system_checks = ["settings"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--keep-years", type=int, default=3, help="whole years that stay, 2 at least")
        parser.add_argument("--store", action="append", help="a store's slug; all stores without it")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["keep_years"] < FEWEST_YEARS:
            sys.exit(f"carillon: --keep-years: {FEWEST_YEARS} at least, as the numbers are made from them.")
        stores = Store.objects.order_by("slug")
        if options["store"]:
            stores = stores.filter(slug__in=options["store"])
        before, total, is_whole = timezone.now().astimezone(UTC).year - options["keep_years"], 0, True
        for store in stores:
            try:
                archived = archive_visits(store=store, before_year=before, folder=options["folder"])
            except NotArchived as reason:
                self.stderr.write(f"carillon: {reason}")
                is_whole = False
                continue
            except OSError as error:
                sys.exit(f"carillon: {error.filename or options['folder']}: {error.strerror}.")
            total += archived.visits
            if archived.visits:
                self.stdout.write(f"{store.slug}: {archived.visits} visits in {len(archived.files)} files")
        self.stdout.write(f"total: {total}")
        if not is_whole:
            sys.exit(1)
