"""`manage.py changepassword USERNAME`: Django's command; it also ends the sign-ins made with the old password."""

from getpass import getuser
from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.contrib.auth.models import User

from booking.accounts.sign_ins import end_programs_and_pin


class Command(changepassword.Command):
    help = f"{changepassword.Command.help} Ends the person's tokens and PIN as well."
    requires_system_checks = ["settings"]

    def handle(self, *args: Any, **options: Any) -> str | None:
        said: str | None = super().handle(*args, **options)
        named = options["username"] or getuser()
        end_programs_and_pin(user=User.objects.get(username=named))
        return said
