"""`manage.py simulate`: make a chain of stores with visits, for load tests and demonstrations of size."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from booking.operations.simulation.demand import HORIZON_DAYS
from booking.operations.simulation.stores import SimulationPlan
from booking.operations.simulation.writer import has_other_stores, write_simulation

RANGES = {
    "stores": (1, 100_000),
    "seed": (0, 2**31),
    "days_back": (0, 1100),
    "days_ahead": (0, HORIZON_DAYS),
    "bookings_per_day": (1, 5000),
    "rush": (0, 1_000_000),
}


class Command(BaseCommand):
    help = (
        "Makes a chain of stores with visits drawn by chance, for load tests and demonstrations: lead times, walk-ins, "
        "cancellations, no-shows. Nothing is ever sent, and phone numbers are of the range kept for fiction. The same "
        "seed makes the same chain; run again after a stop, it makes the stores that are missing."
    )
    requires_system_checks = ["settings"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--stores", default="10", help="how many stores (10)")
        parser.add_argument("--days-back", default="28", help="for how many days there have been visits (28)")
        parser.add_argument("--days-ahead", default=f"{HORIZON_DAYS}", help=f"how far people book ({HORIZON_DAYS})")
        parser.add_argument("--bookings-per-day", default="20", help="wanted at a mean store on an open day (20)")
        parser.add_argument("--rush", default="0", help="how many more book in one minute, at all stores (0)")
        parser.add_argument("--seed", default="1", help="another number makes another chain (1)")
        parser.add_argument("--into-existing", action="store_true", help="even where there are real stores")

    def handle(self, *_args: Any, **options: Any) -> None:
        numbers = {name: _number(options[name], name, *allowed) for name, allowed in RANGES.items()}
        if numbers["rush"] and not numbers["days_ahead"]:
            raise CommandError("--rush: people book days to come, so --days-ahead must be at least 1.")
        if has_other_stores() and not options["into_existing"]:
            raise CommandError(
                "There are real stores in this database. With --into-existing the chain is put beside them; no command "
                "takes it out again."
            )
        plan = SimulationPlan(now=timezone.now(), **numbers)
        done = Counter[str]()
        with tqdm(total=plan.stores, unit="store", disable=None) as progress:
            for written in write_simulation(plan):
                done.update(written._asdict())
                progress.update(written.stores_made + written.stores_found)
                progress.set_postfix(visits=done["visits"])
        found = f", {done['stores_found']} were there" if done["stores_found"] else ""
        self.stdout.write(f"{done['stores_made']} stores made{found}, {done['visits']} visits.")


def _number(text: str, name: str, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = None
    if number is None or not least <= number <= most:
        option = "--" + name.replace("_", "-")
        raise CommandError(f"{option}: {text!r} is no whole number from {least} to {most}.")
    return number
