"""`manage.py reset_second_factor`: reset it for people who lost both their phone and their recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from booking.accounts.second_factor import reset_second_factor
from stores.queries import user_called


class Command(BaseCommand):
    help = (
        "Takes somebody's app, passkeys and recovery codes away, so that their password alone signs them in again. "
        "Their programs' tokens end too. Make sure first that it is they who ask."
    )
    requires_system_checks = ["settings"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar="USERNAME")

    def handle(self, *_args: Any, **options: Any) -> None:
        user = user_called(options["username"])
        if user is None:
            raise CommandError(f"There is nobody called {options['username']!r}.")
        if not reset_second_factor(user=user):
            raise CommandError(f"{user.username!r} has no second factor.")
        self.stdout.write(f"{user.username} signs in with the password alone from now on")
