"""The command `add_organization`: makes or changes a town or a chain that gathers stores."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from stores.models import OrganizationKind
from stores.queries import StoresFound
from stores.services import BadValue
from stores.services.organizations import UnknownStores, save_organization

STORES_MAX = 100_000
PROBLEMS = {
    "max_length": "is too long",
    "invalid": "cannot be used",
    "blank": "is missing",
    "required": "is missing",
    "reserved": "is what ids of OpenStreetMap begin with, choose another",
}


class Command(BaseCommand):
    help = "Make a town's or a chain's page, or change it, and gather stores on it. A second run changes nothing."
    requires_system_checks = ["settings"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="its page is /o/SLUG/")
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--kind", required=True, help="town or chain")
        parser.add_argument("--introduction", help="a sentence or two, 300 characters at most")
        parser.add_argument("--website")
        stores = parser.add_mutually_exclusive_group()
        stores.add_argument("--town", help="gather all stores that are in this town now")
        stores.add_argument("--stores", nargs="+", default=[], metavar="STORE", help="gather these, by their slugs")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["kind"] not in OrganizationKind.values:
            raise CommandError(f"--kind: {options['kind']!r} is neither 'town' nor 'chain'.")
        try:
            said = save_organization(
                slug=options["slug"],
                name=options["name"],
                kind=options["kind"],
                introduction=options["introduction"],
                website=options["website"],
                stores=_stores(options["town"], options["stores"]),
                now=timezone.now(),
            )
        except UnknownStores as unknown:
            raise CommandError(f"There is no store {unknown.slugs[0]!r}.") from None
        except BadValue as bad:
            raise CommandError(f"{bad.field} {PROBLEMS.get(bad.code, 'cannot be used')}.") from None
        for line in said or ["nothing changed"]:
            self.stdout.write(line)


def _stores(town: str | None, slugs: list[str]) -> list[str]:
    if town is None:
        return slugs
    found = StoresFound(town=town).slugs(limit=STORES_MAX) if town.strip() else []
    if not found:
        raise CommandError(f"--town: no store is in {town!r}.")
    return found
