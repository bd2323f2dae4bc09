"""Every text that is shown to somebody is there in every language, with the same blanks to fill."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings

from booking.operations.translations import words_in_use

BLANKS = re.compile(r"%\((\w+)\)[sd]|(?<!\{)\{(\w*)[^}]*\}")
ASKS = re.compile(r"_|n?p?gettext(_lazy)?")
CATALOGUES = sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/django.po"))


def texts(message) -> list[str]:
    return list(message.string) if isinstance(message.string, (tuple, list)) else [message.string]


def blanks(text: str) -> set[str]:
    return {first or second for first, second in BLANKS.findall(text)}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_catalogue_is_complete_and_keeps_the_blanks(path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parts[-3])

    missing, differing = [], []
    for wanted in words_in_use(settings.BASE_DIR, for_staff=path.parts[-3] in settings.STAFF_LANGUAGES):
        if not wanted.id:
            continue
        found = catalogue.get(wanted.id, wanted.context)
        if found is None or found.fuzzy or not all(texts(found)):
            missing.append(wanted.id)
            continue
        originals = wanted.id if isinstance(wanted.id, (tuple, list)) else (wanted.id,)
        allowed = set().union(*map(blanks, originals))
        differing += [text for text in texts(found) if not blanks(text) <= allowed]

    assert missing == []
    assert differing == []


def texts_in_f_strings(source: str) -> list[str]:
    """Return the calls of gettext inside f-strings: before Python 3.12 nobody who looks for texts finds them there."""
    strings = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.JoinedStr)]
    calls = [call for string in strings for call in ast.walk(string) if isinstance(call, ast.Call)]
    names = [call for call in calls if isinstance(call.func, ast.Name) and ASKS.fullmatch(call.func.id)]
    return [ast.unparse(call) for call in names]


def test_no_text_is_asked_for_inside_an_f_string() -> None:
    folders = [Path(settings.BASE_DIR) / app for app in ("booking", "stores", "notifications")]
    found = {str(path): texts_in_f_strings(path.read_text()) for folder in folders for path in folder.rglob("*.py")}

    assert {path: texts for path, texts in found.items() if texts} == {}


def test_guard_sees_a_text_inside_an_f_string() -> None:
    assert texts_in_f_strings("""f"<li>{escape(_('Gone'))}</li>" """) == ["_('Gone')"]
    assert texts_in_f_strings("""f"<li>{gone}</li>" + _("Gone")""") == []


def test_texts_of_a_template_are_found_however_its_lines_are_indented(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(
        '<ul>\n    <li>{% translate "One" %}</li>\n  <li>\n      {% blocktranslate trimmed %}\n'
        "        Two\n          words\n      {% endblocktranslate %}\n  </li>\n</ul>\n"
    )

    assert {message.id for message in words_in_use(tmp_path) if message.id} == {"One", "Two words"}


def test_every_language_on_offer_has_a_catalogue() -> None:
    offered = {code for code, _ in settings.LANGUAGES} - {"en"}

    assert {path.parts[-3] for path in CATALOGUES} == offered
