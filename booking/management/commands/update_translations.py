"""`manage.py update_translations`: update the catalogues with the texts in use, for the translator."""

from typing import Any

from babel.messages.catalog import Catalog
from django.conf import settings
from django.core.management.base import BaseCommand

from booking.operations.translations import update_translations


class Command(BaseCommand):
    help = "Adds new texts to every catalogue, drops those no longer used, and lists what has no translation yet."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        empty = {}
        for folder in sorted(settings.LOCALE_PATHS[0].iterdir()):
            texts = _untranslated(update_translations(settings.BASE_DIR, folder.name))
            if texts:
                empty[folder / "LC_MESSAGES" / "django.po"] = texts
        if not empty:
            self.stdout.write("Every text has its translations.")
        for path, texts in empty.items():
            self.stdout.write(f"Texts without a translation in {path.relative_to(settings.BASE_DIR)}:")
            for text in texts:
                self.stdout.write(f"  {text!r}")


def _untranslated(catalog: Catalog) -> list[str]:
    """Return the texts of a catalogue that have none in its language, or not all plurals."""
    found = []
    for message in catalog:
        texts = message.string if isinstance(message.string, (tuple, list)) else [message.string]
        if message.id and not all(texts):
            found.append(message.id if isinstance(message.id, str) else message.id[0])
    return found
