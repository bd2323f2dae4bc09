"""`manage.py update_translations`: update the catalogues with the texts in use, for the translator."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from booking.operations.translations import update_translations


class Command(BaseCommand):
    help = "Adds new texts to every catalogue, drops those no longer used, and lists what has no translation yet."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in sorted(settings.LOCALE_PATHS[0].iterdir()):
            catalog = update_translations(settings.BASE_DIR, folder.name)
            for message in catalog:
                texts = message.string if isinstance(message.string, (tuple, list)) else [message.string]
                if message.id and not all(texts):
                    self.stdout.write(f"{folder.name}: {message.id!r}")
