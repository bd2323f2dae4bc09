"""Pages know no database, so that trying them on one is enough (docs/decisions/0034-pages-are-tried-on-sqlite.md)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.scheduling import EVERY_TEST, TAKEN_DIFFERENTLY, find_what_differs

PAGES = [path for face in ("customer", "staff") for path in Path(settings.BASE_DIR, "booking", face).rglob("*.py")]
SQL = {"raw", "extra", "select_for_update", "cursor", "RawSQL"}


def database_names(tree: ast.AST) -> Iterator[str]:
    """Yield what a module imports of `django.db` beside models, and what it calls to write SQL or to lock."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".models")[0] == "django.db":
            names = {alias.name for alias in node.names}
            yield from names - {"models"} if node.module == "django.db" else names & SQL
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("django.db"))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SQL:
            yield node.func.attr


def test_no_page_asks_for_the_database_itself() -> None:
    found = {
        f"{path.relative_to(settings.BASE_DIR)}: {name}"
        for path in PAGES
        for name in database_names(ast.parse(path.read_text()))
    }

    assert len(PAGES) > 50
    assert found == set()


@pytest.mark.parametrize(
    "line",
    [
        "from django.db import transaction",
        "import django.db",
        "from django.db.models.expressions import RawSQL",
        "Store.objects.raw('SELECT 1')",
        "Store.objects.select_for_update()",
    ],
)
def test_database_is_seen_however_it_is_asked_for(line: str) -> None:
    assert list(database_names(ast.parse(line)))


@pytest.mark.parametrize("text", [r'"a\0b"', r'"\x00"', '"2147483648"', "2 ** 63", "10**12", "connection.vendor"])
def test_what_databases_take_differently_is_seen(text: str) -> None:
    assert TAKEN_DIFFERENTLY.search(text)


@pytest.mark.parametrize(
    ("module", "found"),
    [
        ("def test_one():\n    pass\n", set()),
        ("def test_one():\n    ask(2**63)\n\ndef test_two():\n    pass\n", {"test_one"}),
        ("@mark('\\0')\n@mark(1)\ndef test_one(): ...\n\nasync def other(): ...\n", {"test_one"}),
        ("BAD = 10**12\ndef test_one():\n    ask(BAD)\n", {EVERY_TEST}),
        ("def ask():\n    atomic(transaction)\ndef test_one():\n    ask()\n", {EVERY_TEST}),
        ("class AsThat(TestCase):\n    def test_one(self):\n        ask(2**63)\n", {EVERY_TEST}),
    ],
)
def test_a_test_is_tried_on_both_where_it_or_what_it_may_use_names_what_differs(module: str, found: set[str]) -> None:
    assert find_what_differs(module) == found
