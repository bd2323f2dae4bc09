"""Docstrings and comments are plain English: "people who", "a customer who", never a bare "who" for them."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parent.parent.parent
# A clause that begins with "who", or a "who" after a word that wants a noun.
BARE = re.compile(
    r"(?:^|[.:;]\s+)who\b"
    r"|\b(?:for|of|to|from|by|with|than|that|then|because|once|where|if|last|only|erase|empty|let)\s+who\b",
    re.IGNORECASE,
)


def docstrings(code: str) -> Iterator[str]:
    """Yield the docstrings of a module, its classes and its functions."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            text = ast.get_docstring(node)
            if text is not None:
                yield text


def comments(code: str) -> Iterator[str]:
    """Yield the comments of a module, those on following lines as one."""
    block, line = "", 0
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type != tokenize.COMMENT:
            continue
        text = token.string.lstrip("# ")
        if token.start[0] != line + 1:
            yield block
            block = ""
        block, line = f"{block} {text}".strip(), token.start[0]
    yield block


@pytest.mark.parametrize("app", ["booking", "stores", "notifications"])
def test_docstrings_and_comments_say_which_people(app: str) -> None:
    found = [
        f"{path.relative_to(BASE)}: {text[:80]}"
        for path in sorted((BASE / app).rglob("*.py"))
        if "migrations" not in path.parts
        for text in (*docstrings(path.read_text()), *comments(path.read_text()))
        if BARE.search(text)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("New codes for who lost the rest.", True),
        ("Who has a token is known by it.", True),
        ("The visit: who comes, and when.", True),
        ("Return the people who wait.", False),
        ("Take somebody off the list who told the store so.", False),
        ("Tell staff who changed it.", False),
    ],
)
def test_bare_who_is_told_from_people_who(text: str, expected: bool) -> None:
    assert bool(BARE.search(text)) == expected
