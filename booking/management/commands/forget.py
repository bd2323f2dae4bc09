"""`manage.py forget`: apply the retention rule now. It also runs each night."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from booking.privacy import forget_old
from notifications.provider_erasure import erase_at_provider
from notifications.provider_texts import count_left


class Command(BaseCommand):
    help = "Erases who came to visits that their store keeps no longer; counts stay."
    requires_system_checks = ["settings"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be erased")

    def handle(self, *args: Any, **options: Any) -> None:
        is_dry = options["dry_run"]
        forgotten = forget_old(now=timezone.now(), dry_run=is_dry)
        for store, count in forgotten.items():
            self.stdout.write(f"{store}: {count} {'to erase' if is_dry else 'erased'}")
        self.stdout.write(f"total: {sum(forgotten.values())}")
        now = timezone.now()
        emptied = 0 if is_dry else erase_at_provider(now=now)
        self.stdout.write(f"provider: {emptied} texts erased, {count_left(now=now)} left")
