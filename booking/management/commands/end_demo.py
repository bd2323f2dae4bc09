"""`manage.py end_demo`: end the demo. Its people can no longer sign in; its stores and visits stay."""

from typing import Any

from django.core.management.base import BaseCommand

from booking.operations.demo import end_accounts


class Command(BaseCommand):
    help = "Lets the demo's people sign in no more, so that the house may be reached by others."
    requires_system_checks = []  # one of the demo's people asks for this

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{end_accounts()} sign-ins of the demo ended")
