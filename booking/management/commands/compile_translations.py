"""`manage.py compile_translations`: compile the catalogues that Django reads."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from booking.operations.translations import compile_translations


class Command(BaseCommand):
    help = "Compiles the translations that changed. `up` and the tests do it by themselves."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        compile_translations(settings.LOCALE_PATHS[0])
