"""The glossary is obeyed: what stands under *Not* is in no text and in no name of the code, and in no French text."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

BASE = Path(__file__).resolve().parent.parent.parent
# The name of a kind of visit, not of a booking.
NAMES = {"Visit"}
# Names that have a forbidden word for a reason.
FINE = {
    "_location": "schema.org's word for the place of a visit",
    "_reservation": "schema.org's word for a booking",
    "reservation_as_json_ld": "schema.org's word for a booking",
    "reservation_markup": "schema.org's word for a booking",
    "NotificationsConfig": "the app of this name",
    "numbers_unbroken": "phone numbers",
    "_numbers_alike": "postal codes as numbers",
    "_numbers": "the numbers that a device tries for a proof of work",
}


def cells() -> list[list[str]]:
    """Return the rows of the glossary, each with its five cells."""
    lines = (BASE / "docs" / "glossary.md").read_text().splitlines()
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    assert found[0] == ["Word", "What it is", "Not", "In French", "Not"]
    assert {len(row) for row in found} == {5}
    return found[1:]


def rows() -> list[tuple[str, str, list[str]]]:
    """Return each row of the glossary that has French words: the word, its French, what is not said."""
    return [(row[0], row[3], [word for word in row[4].split(", ") if word]) for row in cells() if row[3]]


def never_in_names() -> set[str]:
    """Return the English words that no name has; those in brackets are right for another thing."""
    words = {word for row in cells() for word in row[2].split(", ") if word and not word.startswith("(")}
    return {word.strip("`") for word in words}


def never_in_texts() -> set[str]:
    """Return the English words that no text has: those that are not for names alone."""
    return {word for row in cells() for word in row[2].split(", ") if word and word[0] not in "(`"}


def names() -> Iterator[tuple[str, str]]:
    """Yield the names that people who read the code meet, and the file of each."""
    for app in ("booking", "stores", "notifications"):
        for path in sorted((BASE / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from ((name, str(path.relative_to(BASE))) for name in names_of_module(path))
    for path in sorted((BASE / "templates").rglob("*.*")):
        yield path.name.split(".")[0], str(path.relative_to(BASE))
    for path in sorted((BASE / "booking" / "static").rglob("*")):
        if "vendor" in path.parts or path.suffix not in {".css", ".js"}:
            continue
        code = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        pattern = r"\.([a-z][\w-]*)(?=[^{};]*\{)" if path.suffix == ".css" else r"(?:function|class|const|let) (\w+)"
        found = {path.stem, *re.findall(pattern, code)}
        yield from ((name, str(path.relative_to(BASE))) for name in sorted(found))


def names_of_module(path: Path) -> Iterator[str]:
    """Yield a module's own name, those of its functions and classes, and of its addresses."""
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        if path.name == "urls.py" and isinstance(node, ast.keyword) and node.arg == "name":
            yield from (str(part.value) for part in ast.walk(node) if isinstance(part, ast.Constant))


def has_word(name: str, word: str) -> bool:
    """Tell whether a name has a word, or all words of a phrase one after the other; in the plural too."""
    parts = [part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]
    wanted = word.lower().split()
    return any(
        all(part in (one, f"{one}s", f"{one}es") for part, one in zip(parts[start:], wanted, strict=False))
        for start in range(len(parts) - len(wanted) + 1)
    )


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


def test_words_that_the_glossary_forbids_stand_in_no_name() -> None:
    words = never_in_names()

    said = [(name, word, file) for name, file in names() if name not in FINE for word in words if has_word(name, word)]

    assert said == [], "docs/glossary.md says what to write instead"


def test_names_that_are_fine_are_there() -> None:
    assert FINE.keys() <= {name for name, _ in names()}


def test_words_that_the_glossary_forbids_stand_in_no_english_text() -> None:
    words = never_in_texts()

    said = [(word, text) for text in french() for word in words if says(text, word)]

    assert said == [], "docs/glossary.md says what to write instead"


@pytest.mark.parametrize(
    ("name", "word", "expected"),
    [
        ("staff-queue-join", "queue", True),
        ("StoreNumbers", "numbers", True),
        ("lead_times_of", "lead time", True),
        ("enqueue", "queue", False),
        ("SMSBranches", "branch", True),
    ],
)
def test_word_is_found_in_names_of_every_spelling(name: str, word: str, expected: bool) -> None:
    assert has_word(name, word) == expected


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
