"""The glossary is obeyed: its French column names the words that screens and messages do not use."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

BASE = Path(__file__).resolve().parent.parent.parent
# The name of a kind of visit, not of a booking.
NAMES = {"Visit"}


def rows() -> list[tuple[str, str, list[str]]]:
    """Return each row of the glossary that has French words: the word, its French, what is not said."""
    lines = (BASE / "docs" / "glossary.md").read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    assert cells[0] == ["Word", "What it is", "Not", "In French", "Not"]
    assert {len(row) for row in cells} == {5}
    return [(row[0], row[3], [word for word in row[4].split(", ") if word]) for row in cells[1:] if row[3]]


def french() -> dict[str, str]:
    """Return the French catalogue: each text with all of its plurals in one."""
    with (BASE / "locale" / "fr" / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalog = read_po(file, locale="fr")
    found = {}
    for entry in catalog:
        source, words = ((text,) if isinstance(text, str) else tuple(text or ()) for text in (entry.id, entry.string))
        if entry.id and source[0] not in NAMES:
            found[source[0]] = " / ".join(words)
    return found


def says(text: str, word: str) -> bool:
    """Tell whether a text has a word or phrase, in the singular or the plural."""
    parts = r"\s+".join(rf"{re.escape(part)}(?:s|x)?" for part in word.replace("’", "'").split())
    return bool(re.search(rf"(?<![\w-]){parts}(?![\w-])", text.replace("’", "'"), re.IGNORECASE))


def test_words_of_the_glossary_that_french_does_not_use_stand_in_no_french_text() -> None:
    texts = french()

    said = {
        (word, source): text
        for _, _, never in rows()
        for word in never
        for source, text in texts.items()
        if says(text, word)
    }

    assert said == {}, "docs/glossary.md says what to write instead"


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("Votre visite est prévue", "visite", True),
        ("Vos visites", "visite", True),
        ("le visiteur", "visite", False),
        ("Changer d’horaire", "changer d’horaire", True),
        ("les heures libres", "heure libre", True),
        ("vos horaires d’ouverture", "un horaire", False),
    ],
)
def test_word_is_found_in_the_plural_too_and_never_inside_another(text: str, word: str, expected: bool) -> None:
    assert says(text, word) == expected


def test_french_of_each_word_is_named_once() -> None:
    words = [french_word for _, french_word, _ in rows()]

    assert len(set(words)) == len(words)
