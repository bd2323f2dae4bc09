"""Normalized text: cleaned for storing, folded for searching, turned into slugs. Pure."""

import re
import unicodedata

from stores.spelling import WORD_LONGEST

# Letters that Unicode does not take apart into a plain letter and a mark; casefold() already turns "ß" into "ss".
_LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ħ": "h", "ŋ": "n", "ĳ": "ij"}
)
# Marks that change the direction of the text around them: harmless in a book, but not in a list of names.
DIRECTION_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Letters and symbols that are invisible: fillers of Hangul and hieroglyphs, the empty Braille cell, the null notehead,
# and the object replacement character.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc\U00013441\U00013442\U0001d159")
_SEPARATOR = "|"
_ABBREVIATIONS = {"st": "saint", "ste": "sainte"}
# Towns with several names in the countries we serve, folded: each is found by any of its names.
_TOWNS = (
    "gent gand ghent",
    "antwerpen anvers antwerp",
    "brugge bruges",
    "leuven louvain",
    "mechelen malines",
    "kortrijk courtrai",
    "oostende ostende ostend",
    "bruxelles brussel brussels",
    "liege luik luttich",
    "tournai doornik",
    "geneve genf geneva ginevra",
    "basel bale basle",
    "bern berne berna",
    "luzern lucerne lucerna",
    "solothurn soleure",
    "neuchatel neuenburg",
    "luxembourg luxemburg letzebuerg",
    "strasbourg strassburg estrasburgo",
    "dunkerque dunkirk duinkerke",
    "lille rijsel",
    "marseille marsella marseilles",
)
_TOWN_MEANT = {name: names.split()[0] for names in _TOWNS for name in names.split()}
_ARTICLE = "ال"  # written as one word with the word that follows
_AFTER_ARTICLE_LEAST = 3
_NAME_SEARCHED, _TOWN_SEARCHED, _POSTAL_CODE_SEARCHED = 240, 120, 30
_WORD = re.compile(r"[^\W_]+")


def cleaned(text: str) -> str:
    """Return the text, of any script, on one line and without characters that are invisible or cannot be stored."""
    kept = []
    for character in text:
        if character.isspace():
            kept.append(" ")
        elif unicodedata.category(character) not in ("Cc", "Cs") and character not in DIRECTION_OVERRIDES:
            kept.append(character)
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def can_be_seen(text: str) -> bool:
    """Tell whether a text has a visible character."""
    return any(unicodedata.category(character)[0] in "LNSP" and character not in _BLANK for character in text)


def can_be_said(text: str) -> bool:
    """Tell whether a text can be a person's name: it has more than punctuation."""
    return can_be_seen("".join(character for character in text if unicodedata.category(character)[0] != "P"))


def folded(text: str) -> str:
    """Return the text in lower case without accents, with single spaces; other scripts are not transcribed."""
    if text.isascii():  # nothing to take apart: half of a day's names
        return " ".join(_WORD.findall(text.lower()))
    apart = unicodedata.normalize("NFKD", text.casefold()).casefold()
    bare = "".join(character for character in apart if not unicodedata.combining(character))
    return " ".join(_WORD.findall(bare.translate(_LETTERS)))


def plain_letters() -> dict[str, str]:
    """Return the replacements that `folded` makes for letters that are more than a letter with a mark."""
    return {chr(letter): plain for letter, plain in _LETTERS.items()}


def search_text(*, name: str, town: str, postal_code: str) -> str:
    """Return the text to search in: the folded parts, between separators that no folded text can contain."""
    parts = (
        folded(name)[:_NAME_SEARCHED],
        folded(town)[:_TOWN_SEARCHED],
        folded(postal_code)[:_POSTAL_CODE_SEARCHED],
    )
    return _SEPARATOR + _SEPARATOR.join(parts) + _SEPARATOR


def search_words(text: str) -> set[str]:
    """Return the words of a search text in the form searches use: « st » becomes « saint ».

    A town with another name in another language is also listed by the name common to all of them, and an Arabic word
    without its article.
    """
    words = {_ABBREVIATIONS.get(word, word) for word in text.replace(_SEPARATOR, " ").split()}
    return {word[:WORD_LONGEST] for word in words | set(map(word_meant, words))}


def typed_words(text: str) -> list[str]:
    """Return the words of a typed search, folded, each once; "79 000" is one word."""
    joined = re.sub(r"\b(\d{2}) (\d{3})\b", r"\1\2", folded(text))
    return list(dict.fromkeys(word[:WORD_LONGEST] for word in joined.split()))


def word_meant(word: str) -> str:
    """Return the word to search for: « saint » for « st », the common name of a town, زهور for الزهور; else itself."""
    word = _ABBREVIATIONS.get(word, word)
    word = _TOWN_MEANT.get(word, word)
    bare = word.removeprefix(_ARTICLE)
    return bare if len(bare) >= _AFTER_ARTICLE_LEAST else word


def whole_part(text: str) -> str:
    """Return the string that `search_text` contains if one of its parts, folded, is exactly this."""
    return _SEPARATOR + folded(text) + _SEPARATOR


def slug_from(name: str, town: str, *, longest: int) -> str:
    """Return lower-case ASCII words joined by hyphens, the town's only once; "" if the name has no Latin letter."""
    of_name, of_town = _ascii_words(name), _ascii_words(town)
    if not of_name:
        return ""
    if of_town and of_name[-len(of_town) :] == of_town:
        of_town = []
    slug = "-".join(of_name + of_town)
    return slug if len(slug) <= longest else slug[: longest + 1].rpartition("-")[0] or slug[:longest]


def _ascii_words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", " ".join(word for word in folded(text).split() if word.isascii()))
