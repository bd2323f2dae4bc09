"""GSM-7, the alphabet of text messages (GSM 03.38): texts in it, and their length in septets."""

import unicodedata

SEGMENT_SEPTETS = 160

_LEAST_LETTERS = 3
_LEFT_OVER = " -,;:.&/()"  # separators between a name and its form in another script

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
_CLOSEST = str.maketrans(
    {
        "œ": "oe", "Œ": "OE", "«": '"', "»": '"', "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "ʼ": "'",
        "–": "-", "—": "-", "‑": "-", "…": "...", "\u00a0": " ", "\u202f": " ", "•": "-", "ł": "l", "Ł": "L",
        "đ": "d", "Đ": "D", "ı": "i", "þ": "th", "ð": "d",
    }
)  # fmt: skip


def is_gsm7(text: str) -> bool:
    """Tell whether every character of a text is in GSM-7."""
    return all(character in _BASIC or character in _EXTENDED for character in text)


def septets(text: str) -> int:
    """Return the length of a text in septets; a character of the extension table takes two."""
    return sum(2 if character in _EXTENDED else 1 for character in text)


def fits_one_segment(text: str) -> bool:
    """Tell whether a text can be sent as one segment of GSM-7."""
    return is_gsm7(text) and septets(text) <= SEGMENT_SEPTETS


def to_gsm7(text: str) -> str:
    """Return the text in GSM-7: letters it lacks lose their accents.

    A letter or digit without a similar one becomes "?"; a sign without a similar one is left out.
    """
    return "".join(_closest(character) for character in text.translate(_CLOSEST))


def name_in_gsm7(name: str) -> str:
    """Return as much of a name as GSM-7 can write, without "?" for letters; "" if nobody would recognize it."""
    kept = "".join(closest for one in name.translate(_CLOSEST) if (closest := _closest(one)) != "?" or one == "?")
    if len(kept) < len(to_gsm7(name)):  # letters are lost
        is_known_by_it = sum(map(str.isalpha, kept)) >= _LEAST_LETTERS
        return " ".join(kept.split()).strip(_LEFT_OVER) if is_known_by_it else ""
    return kept if any(map(str.isalnum, kept)) else ""


def _closest(character: str) -> str:
    if character in _BASIC or character in _EXTENDED:
        return character
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    if plain and is_gsm7(plain):
        return plain
    return "?" if unicodedata.category(character)[0] in "LN" else ""
