"""Style sheets say each thing once, dress only what is there, and leave colors to tokens.css."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

BASE = Path(__file__).resolve().parent.parent.parent
STYLES = BASE / "booking" / "static" / "booking" / "css"
FILES = sorted(STYLES.glob("*.css"))
USERS = ("templates/**/*.html", "booking/**/*.py", "booking/static/booking/**/*.js")
CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
QUOTED = re.compile(r'"[^"]*"')
COLOR = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|(?<![\w-])(?:(?:rgb|hsl)a?\(|(?:hwb|(?:ok)?l(?:ab|ch)|color)\(|(?:white|black)(?![\w-]))"
)


class Rule(NamedTuple):
    """One rule of a style sheet: the conditions around it, all its selectors, what is between its braces."""

    conditions: str
    selectors: str
    body: str


def rules(css: str) -> list[Rule]:
    """Return all rules of a style sheet in their order."""
    return list(_rules(re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL), ""))


def _rules(css: str, conditions: str) -> Iterator[Rule]:
    at = 0
    while (start := css.find("{", at)) >= 0:
        head = " ".join(css[at:start].split())
        end = _closing(css, start)
        body = css[start + 1 : end]
        if head.startswith(("@media", "@container", "@supports")):
            yield from _rules(body, f"{conditions} {head}".strip())
        else:
            yield Rule(conditions, head, body)
        at = end + 1


def _closing(css: str, start: int) -> int:
    depth = 0
    for at in range(start, len(css)):
        depth += {"{": 1, "}": -1}.get(css[at], 0)
        if depth == 0:
            return at
    raise ValueError("a brace is not closed")


def twice(css: str) -> list[str]:
    """Return what heads two rules under the same conditions."""
    heads = Counter((rule.conditions, rule.selectors) for rule in rules(css))
    return [" ".join(head).strip() for head, times in heads.items() if times > 1]


def classes(css: str) -> set[str]:
    """Return the classes that a style sheet dresses."""
    heads = (rule.selectors for rule in rules(css) if not rule.selectors.startswith("@"))
    return {found for head in heads for found in CLASS.findall(QUOTED.sub("", head))}


def colors(css: str) -> list[str]:
    """Return the colors that a style sheet names itself."""
    return [found for rule in rules(css) for found in COLOR.findall(rule.body)]


class Mentioned:
    """The words of a text, and the first parts of words put together there: `total-` of `total-{{ status }}`."""

    def __init__(self, text: str) -> None:
        self._words = set(re.findall(r"[\w-]+", text))
        self._starts = set(re.findall(r"([\w-]+-)(?=\$?\{)", text))

    def __contains__(self, name: str) -> bool:
        return name in self._words or any(name.startswith(start) for start in self._starts)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_rule_is_written_twice(path: Path) -> None:
    assert twice(path.read_text()) == []


def test_what_is_dressed_is_there() -> None:
    files = [file for pattern in USERS for file in BASE.glob(pattern) if "vendor" not in file.parts]
    mentioned = Mentioned("\n".join(file.read_text() for file in files))
    dressed = {(path.name, name) for path in FILES for name in classes(path.read_text())}
    assert sorted(one for one in dressed if one[1] not in mentioned) == []


@pytest.mark.parametrize("path", [path for path in FILES if path.name != "tokens.css"], ids=lambda path: path.name)
def test_colors_have_names(path: Path) -> None:
    assert colors(path.read_text()) == []


def test_every_style_sheet_is_linked() -> None:
    linked = {
        name
        for page in (BASE / "templates").rglob("*.html")
        for name in re.findall(r"booking/css/([\w-]+\.css)", page.read_text())
    }
    assert linked == {path.name for path in FILES}


def test_faults_are_seen() -> None:
    assert twice(".a { b: c } /* { */ .a { d: e }") == [".a"]
    assert twice("@media print { .a { b: c } .a { d: e } }") == ["@media print .a"]
    assert twice(".a { b: c } @media print { .a { d: e } } .a, .b { f: g }") == []
    assert classes('@page { size: a4 } .a.b > #c:not(.d)[href=".e"] { margin: 0.5rem }') == {"a", "b", "d"}
    assert colors(".a { color: #fff; background: var(--white); border: 1px solid rgb(0 0 0) }") == ["#fff", "rgb("]
    mentioned = Mentioned('<p class="soft is-told"><li class="total-{{ status }}">')
    assert "is-told" in mentioned
    assert "total-no_show" in mentioned
    assert "told" not in mentioned
