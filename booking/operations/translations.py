"""Translation catalogues: compiled if they are stale, and updated with the texts in use."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
FOLDERS = ("booking", "stores", "notifications", "templates")
# Sources of texts that only staff read, and of calls: these need only French and English.
STAFF = re.compile(
    r"booking/(staff|calls|api/staff|operations|management|models|store_setup|reversals|reports)/"
    r"|booking/messages/(day_sheet|visit_table|booking_notices|invitations|password_links|checks)"
    r"|booking/bookings/status_wording"
    r"|templates/(staff|api)/|templates/email/(day_sheet|invitation|new_bookings|password_link)|(stores|notifications)/"
)


def compile_translations(folder: Path) -> int:
    """Compile the changed catalogues under a locale folder; return how many."""
    compiled = 0
    for source in folder.glob("*/LC_MESSAGES/django.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            catalog = read_po(file, locale=source.parent.parent.name)
        unfinished = target.with_suffix(".mo.new")
        with unfinished.open("wb") as file:
            write_mo(file, catalog)
        unfinished.replace(target)
        compiled += 1
    return compiled


def update_translations(base: Path, language: str) -> Catalog:
    """Update a language's catalogue with the texts in use, and return it; new entries are empty.

    The file stays as it is, to the byte, where texts do.
    """
    path = base / "locale" / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    words = words_in_use(base, for_staff=language in settings.STAFF_LANGUAGES)
    # Git knows the day of a change; a date here would change each catalogue with each run.
    words.creation_date = catalog.creation_date
    catalog.update(words, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    with path.open("wb") as file:
        write_po(file, catalog, width=110, no_location=True, sort_output=True, omit_header=False)
    return catalog


def words_in_use(base: Path, *, for_staff: bool = True) -> Catalog:
    """Return all texts of code and templates that are shown to people, or only those for customers."""
    catalog = Catalog()
    for path in _sources(base):
        if not for_staff and STAFF.match(path.relative_to(base).as_posix()):
            continue
        code = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # Without the indentation of the template, which Babel would take for that of Python.
            code = "\n".join(line.strip() for line in templatize(code).splitlines())
        for _, function, texts, _ in extract_python(io.BytesIO(code.encode()), KEYWORDS, [], {}):
            _add(catalog, str(function), texts)
    return catalog


def _sources(base: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((base / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield path


def _add(catalog: Catalog, function: str, texts: object) -> None:
    """Add one call's texts: those of the singular and the plural, and the context if the call has one."""
    given = texts if isinstance(texts, (tuple, list)) else (texts,)
    parts = [text for text in given if isinstance(text, str) and text]
    context = parts.pop(0) if function in ("pgettext", "npgettext") and parts else None
    wanted = 2 if function in ("ngettext", "ngettext_lazy", "npgettext") else 1
    if len(parts) >= wanted:
        catalog.add(tuple(parts[:2]) if wanted == 2 else parts[0], context=context)
