"""What the translator is told: each text that waits for its translation, and the file in which it waits."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

PAGE = '{% translate "Open" %}{% blocktranslate count n=n %}one visit{% plural %}{{ n }} visits{% endblocktranslate %}'
HEAD = 'msgid ""\nmsgstr ""\n"POT-Creation-Date: 2026-01-01 08:00+0000\\n"\n"Language: fr\\n"\n'


@pytest.fixture
def catalogue(tmp_path: Path, settings: Settings) -> Path:
    """Return the French catalogue of a project with one template, and nothing else."""
    page, path = tmp_path / "templates" / "page.html", tmp_path / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    for file, text in ((page, PAGE), (path, HEAD)):
        file.parent.mkdir(parents=True)
        file.write_text(text)
    settings.BASE_DIR, settings.LOCALE_PATHS = tmp_path, [tmp_path / "locale"]
    return path


def update() -> str:
    said = StringIO()
    call_command("update_translations", stdout=said)
    return said.getvalue()


def test_texts_without_a_translation_are_told_with_their_file(catalogue: Path) -> None:
    assert update() == "Texts without a translation in locale/fr/LC_MESSAGES/django.po:\n  'Open'\n  'one visit'\n"


def test_texts_with_their_translations_are_told_in_one_line(catalogue: Path) -> None:
    update()
    filled = catalogue.read_text().replace('"Open"\nmsgstr ""', '"Open"\nmsgstr "Ouvert"')
    catalogue.write_text(filled.replace('[0] ""', '[0] "une visite"').replace('[1] ""', '[1] "%(n)s visites"'))

    assert update() == "Every text has its translations.\n"


def test_an_update_without_a_new_text_changes_nothing(catalogue: Path) -> None:
    update()
    before = catalogue.read_bytes()

    update()

    assert catalogue.read_bytes() == before
    assert b"POT-Creation-Date: 2026-01-01 08:00+0000" in before
