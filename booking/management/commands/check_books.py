"""`manage.py check_books`: check counters against bookings, and messages against bookings."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from booking.bookings.audit import differences


class Command(BaseCommand):
    help = "Holds the books against each other; exit 1 and a line for each difference."
    requires_system_checks = ["settings"]

    def handle(self, *args: Any, **options: Any) -> None:
        is_right = True
        for difference in differences(now=timezone.now()):
            self.stdout.write(difference)
            is_right = False
        if not is_right:
            sys.exit(1)
        self.stdout.write("The books are right.")
