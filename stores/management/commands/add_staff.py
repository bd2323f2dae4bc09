"""The command `add_staff`: makes a person a member of a store."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from stores.models import Role, Store
from stores.queries import user_named_like
from stores.services import BadValue, MembershipResult, add_member

SAYS = {
    MembershipResult.CREATED: "{username} was created, and is {role} of {store}",
    MembershipResult.ADDED: "{username} is now {role} of {store} as well; the password stays as it was",
    MembershipResult.CHANGED: "{username} is now {role} of {store}; the password stays as it was",
    MembershipResult.UNCHANGED: "{username} is {role} of {store} already; nothing changed",
}


class Command(BaseCommand):
    help = "Make somebody a member of a store. A new user's password is read from standard input."
    requires_system_checks = ["settings"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("store", metavar="STORE", help="the store's slug")
        parser.add_argument("username", metavar="USERNAME")
        parser.add_argument("--role", required=True, help="manager or staff")

    def handle(self, *_args: Any, **options: Any) -> None:
        username, role = User.normalize_username(options["username"]), options["role"]
        if role not in Role.values:
            raise CommandError(f"--role: {role!r} is neither 'manager' nor 'staff'.")
        store = Store.objects.filter(slug=options["store"]).first()
        if store is None:
            raise CommandError(f"There is no store {options['store']!r}.")
        known = user_named_like(username)
        username = known.username if known else username
        password = None if known else new_password(username)
        try:
            joined = add_member(
                store=store, username=username, role=Role(role), password=password, user=None, now=timezone.now()
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except BadValue:
            raise CommandError("No password on standard input.") from None
        self.stdout.write(SAYS[joined].format(username=username, role=role, store=store.slug))


def new_password(username: str) -> str:
    """Ask for a new user's password without showing it, or read the first line of piped input."""
    if sys.stdin is None:
        return ""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass(f"Password for {username}: ")
    if getpass.getpass("Once more: ") != password:
        raise CommandError("The two passwords differ.")
    return password
