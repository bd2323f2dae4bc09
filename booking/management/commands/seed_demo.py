"""`manage.py seed_demo`: fill a new database with the demo."""

from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from booking.operations.demo import is_empty, is_for_this_machine_alone, seed

DATA = Path("data", "niort-pharmacies.geojson")


class Command(BaseCommand):
    help = "Fills an empty database with the pharmacies of Niort, two sign-ins, and three weeks of visits."
    requires_system_checks = ["settings"]

    @transaction.atomic  # all or nothing: half a demo would never be completed
    def handle(self, *args: Any, **options: Any) -> None:
        if not is_for_this_machine_alone(address="localhost", public_url=settings.PUBLIC_URL):
            raise CommandError(
                "PUBLIC_URL: others can reach it; the demo, and its sign-ins, are for one machine alone."
            )
        if not is_empty():
            raise CommandError("There are stores or users already; the demo goes into an empty database.")
        call_command("import_stores", str(settings.BASE_DIR / DATA), stdout=StringIO())
        seed(now=timezone.now())
