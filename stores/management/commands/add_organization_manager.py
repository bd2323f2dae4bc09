"""The command `add_organization_manager`: lets a person manage all stores of a town or a chain."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from stores.management.commands.add_staff import new_password
from stores.models import Organization
from stores.queries import user_named_like
from stores.services import BadValue, MembershipResult
from stores.services.organizations import add_organization_manager, remove_organization_manager

SAYS = {
    MembershipResult.CREATED: "{username} was created, and manages all stores of {organization}",
    MembershipResult.ADDED: "{username} now manages all stores of {organization}; the password stays as it was",
    MembershipResult.UNCHANGED: "{username} manages all stores of {organization} already; nothing changed",
}


class Command(BaseCommand):
    help = (
        "Let somebody manage every store that a town or a chain gathers, now and later. "
        "A new user's password is read from standard input."
    )
    requires_system_checks = ["settings"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("organization", metavar="ORGANIZATION", help="the organization's slug")
        parser.add_argument("username", metavar="USERNAME")
        parser.add_argument("--remove", action="store_true", help="let them manage its stores no more")

    def handle(self, *_args: Any, **options: Any) -> None:
        username = User.normalize_username(options["username"])
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"There is no organization {options['organization']!r}.")
        if options["remove"]:
            self._remove(organization, username)
            return
        known = user_named_like(username)
        username = known.username if known else username
        password = None if known else new_password(username)
        try:
            joined = add_organization_manager(
                organization=organization, username=username, password=password, user=None, now=timezone.now()
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except BadValue:
            raise CommandError("No password on standard input.") from None
        self.stdout.write(SAYS[joined].format(username=username, organization=organization.slug))

    def _remove(self, organization: Organization, username: str) -> None:
        is_gone = remove_organization_manager(
            organization=organization, username=username, user=None, now=timezone.now()
        )
        if not is_gone:
            raise CommandError(f"{username!r} does not manage {organization.slug!r}.")
        self.stdout.write(f"{username} manages the stores of {organization.slug} no more")
