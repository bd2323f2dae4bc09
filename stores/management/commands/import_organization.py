"""The command `import_organization`: reads an organization's stores, or their members, from a CSV file."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from stores.imports.csv_files import NotATable, Row, read_table
from stores.imports.tables import ALSO_CALLED, COLUMNS, Told, import_staff_row, import_store_row
from stores.models import Organization

COUNTED = ("created", "updated", "unchanged", "skipped")


class Command(BaseCommand):
    help = (
        "Make an organization's stores, or the members of its stores, from a CSV file, line by line. "
        "Stores: id, name, latitude, longitude, and street, postal_code, town, country, phone, email, website, "
        "wheelchair, opening_hours, time_zone where known. Staff: store, username, role, and a new user's password."
    )
    requires_system_checks = ["settings"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", metavar="WHAT", help="stores or staff")
        parser.add_argument("organization", metavar="ORGANIZATION", help="the organization's slug")
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        what = options["what"]
        if what not in COLUMNS:
            raise CommandError(f"{what!r} is neither 'stores' nor 'staff'.")
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"There is no organization {options['organization']!r}.")
        rows = _rows(Path(options["file"]), what)
        counts: Counter[str] = Counter()
        for number, told in _told(organization, rows, what, is_dry_run=options["dry_run"]):
            counts[told.outcome] += 1
            self.stdout.write(f"line {number}: {told.outcome} {told.words}")
        counted = ", ".join(f"{counts[kind]} {kind}" for kind in COUNTED)
        dry_run = " (dry run: nothing was written)" if options["dry_run"] else ""
        self.stdout.write(f"total {len(rows)}: {counted}{dry_run}")


def _told(organization: Organization, rows: list[Row], what: str, *, is_dry_run: bool) -> Iterator[tuple[int, Told]]:
    import_row = import_store_row if what == "stores" else import_staff_row
    seen: set[str] = set()
    for row in rows:
        told = import_row(
            organization=organization, values=row.values, now=timezone.now(), is_dry_run=is_dry_run, seen=seen
        )
        yield row.number, told


def _rows(path: Path, what: str) -> list[Row]:
    try:
        return read_table(path.read_bytes(), required=COLUMNS[what], also_called=ALSO_CALLED)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    except NotATable as error:
        raise CommandError(f"{path} {error}.") from None
