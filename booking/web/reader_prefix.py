"""The reader's choice in the address of a page: a language, and whether in simple words.

Both stand at the start of a page's address (`/simple/fr/s/corner-shop/`) where the reader chose them, so no cookie
has to remember a choice and a link carries it on. Without them the browser's languages decide.
"""

from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

SIMPLE = "simple"
# What programs call: these addresses never change with the reader.
_MACHINES = frozenset({"api", "calendars", "healthz", "metrics", "readyz", "static", "webhooks"})
_RIGHT_TO_LEFT = frozenset({"ar"})
_LANGUAGES = frozenset(code for code, _ in settings.LANGUAGES)
_SIMPLE = frozenset({SIMPLE})
# What most people of a country read, of the languages we speak; everywhere else the first of ours.
_LANGUAGE_OF_COUNTRY = {
    **dict.fromkeys(("FR", "MC", "BE", "LU", "RE", "GP", "MQ", "GF", "YT", "PM", "BL", "MF", "NC", "PF", "WF"), "fr"),
    **dict.fromkeys(("DE", "AT", "LI", "CH"), "de"),
    **dict.fromkeys(("ES", "MX", "AR", "CL", "CO", "PE", "UY"), "es"),
    **dict.fromkeys(("DZ", "EG", "JO", "LB", "MA", "SA", "TN", "AE", "QA", "KW", "OM", "BH", "IQ"), "ar"),
    "UA": "uk",
}


@dataclass(frozen=True, slots=True)
class ReaderChoice:
    """What a reader chose; `language` is "" where the browser decides."""

    language: str = ""
    is_simple: bool = False

    @property
    def prefix(self) -> str:
        """The start of every address for this reader: "", "/fr", "/simple", "/simple/fr"."""
        return (f"/{SIMPLE}" if self.is_simple else "") + (f"/{self.language}" if self.language else "")


@dataclass(frozen=True, slots=True)
class Canonical:
    """The one address a page is known by, and the same page by language; `default_url` lets the browser choose."""

    url: str
    default_url: str
    by_language: tuple[tuple[str, str], ...]


def canonical(reader: ReaderChoice, path: str) -> Canonical:
    """Return the address by which a page is known, in the language its own address asks for; `path` has no prefix."""
    return Canonical(
        url=settings.PUBLIC_URL + ReaderChoice(reader.language).prefix + path,
        default_url=settings.PUBLIC_URL + path,
        by_language=tuple(
            (code, settings.PUBLIC_URL + ReaderChoice(code).prefix + path) for code, _ in settings.LANGUAGES
        ),
    )


def read_prefix(path: str) -> tuple[ReaderChoice, str]:
    """Return the reader's choice at the start of a path, and the rest of the path."""
    first = path.split("/", 2)[1:2]
    if not first or (first[0] != SIMPLE and first[0] not in _LANGUAGES):
        return ReaderChoice(), path
    is_simple, rest = _taken(path, _SIMPLE)
    language, rest = _taken(rest, _LANGUAGES)
    if not (is_simple or language) or rest.split("/", 2)[1] in _MACHINES:
        return ReaderChoice(), path
    return ReaderChoice(language, bool(is_simple)), rest


def language_of_country(country: str) -> str:
    """Return the language to write in to people of a country (ISO 3166) whose own language is not known."""
    return _LANGUAGE_OF_COUNTRY.get(country, settings.LANGUAGE_CODE)


def language_accepted(header: str) -> str:
    """Return the first language of an Accept-Language header that we have; "" where it names none, as "*" does."""
    for code, _quality in parse_accept_lang_header(header.lower()):
        with suppress(LookupError):
            return get_supported_language_variant(code)[:2]
    return ""


def is_right_to_left(language: str) -> bool:
    """Tell whether a language is written from right to left."""
    return language.partition("-")[0] in _RIGHT_TO_LEFT


def _taken(path: str, words: frozenset[str]) -> tuple[str, str]:
    """Return the first part of a path where it is one of these words, and what follows it."""
    _, first, rest = [*path.split("/", 2), "", ""][:3]
    return (first, f"/{rest}") if first in words and path.count("/") > 1 else ("", path)
