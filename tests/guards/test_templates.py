"""Templates can be read and found: short lines, no name that leads nowhere, none that nobody shows."""

import re
from collections.abc import Iterator
from pathlib import Path

BASE = Path(__file__).resolve().parents[2]
TEMPLATES = BASE / "templates"
LINE_MAX = 120
RENDERED = re.compile(r'"([a-z_]+(?:/[a-z_]+)+\.html|[a-z_]+(?:/[a-z_]+){2,}\.js)"')
INCLUDED = re.compile(r'(?:include|extends) "([^"]+)"')
PAGE = re.compile(r'customer_page\(\s*[\w.]+, "([a-z_/]+)"')
SHARED = {"base.html", "message.html"}
# Asked for by a part of their name: an icon by its word, a message by its kind, an error's page by its status.
BY_A_PART_OF_THEIR_NAME = re.compile(r"(icons|pictograms|email|sms)/|(simple/)?\d{3}(_csrf)?\.html$")
FIELD = re.compile(r'{% include "(?:simple/(?:question_)?field|includes/field)\.html"')


def templates() -> Iterator[Path]:
    for path in sorted(TEMPLATES.rglob("*")):
        if path.suffix in {".html", ".js"}:
            yield path


def pages_of_customers() -> dict[str, str]:
    """Return the pages of customers that code names, each with a file that names it."""
    return {
        name: path.relative_to(BASE).as_posix()
        for path in sorted((BASE / "booking").rglob("*.py"))
        for name in PAGE.findall(path.read_text())
    }


def names_in_use() -> dict[str, list[str]]:
    """Return the templates that code and templates name in full, each with the files that name it."""
    named: dict[str, list[str]] = {}
    code = sorted((BASE / "booking").rglob("*.py"))
    for paths, pattern in ((templates(), INCLUDED), (code, RENDERED)):
        for path in paths:
            for name in pattern.findall(path.read_text()):
                named.setdefault(name, []).append(path.relative_to(BASE).as_posix())
    return named


def test_no_line_is_longer_than_code_may_be() -> None:
    # Plain text is what its reader gets, line by line: there a line is as long as it must be.
    long = [
        f"{path.relative_to(BASE)}:{number}"
        for path in templates()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LINE_MAX
    ]

    assert long == []


def test_every_template_that_is_named_is_there() -> None:
    pages = {f"customer/{name}.html": [file] for name, file in pages_of_customers().items()}

    missing = {name: files for name, files in (names_in_use() | pages).items() if not (TEMPLATES / name).exists()}

    assert missing == {}, "each is named in the files beside it, and is not in templates/"


def test_every_template_is_shown_by_something() -> None:
    named = {*names_in_use(), *SHARED}
    for name in pages_of_customers():
        named |= {f"customer/{name}.html", f"simple/{name}.html"}
    found = {path.relative_to(TEMPLATES).as_posix() for path in templates()}

    unused = sorted(name for name in found - named if not BY_A_PART_OF_THEIR_NAME.match(name))

    assert unused == [], "nothing names these in full: take them out, or show them"


def test_every_page_of_customers_exists_in_simple_words() -> None:
    assert [name for name in pages_of_customers() if not (TEMPLATES / f"simple/{name}.html").exists()] == []


def test_every_page_of_an_error_exists_in_simple_words() -> None:
    pages = {path.name for path in TEMPLATES.glob("[0-9]*.html")}

    assert len(pages) > 5
    assert sorted(pages) == sorted(path.name for path in (TEMPLATES / "simple").glob("[0-9]*.html"))


def test_every_page_in_simple_words_asks_one_thing() -> None:
    asks = {
        path.relative_to(TEMPLATES).as_posix(): len(FIELD.findall(path.read_text()))
        for path in sorted((TEMPLATES / "simple").rglob("*.html"))
    }

    assert max(asks.values()) == 1, {name: count for name, count in asks.items() if count > 1}
