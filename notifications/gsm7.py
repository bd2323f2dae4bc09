"""The alphabet of text messages (GSM 03.38): what fits into one segment of 160 septets."""

import unicodedata

SEGMENT_SEPTETS = 160

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
    return all(character in _BASIC or character in _EXTENDED for character in text)


def septets(text: str) -> int:
    """Return the length of a text in septets; a character of the extension table takes two."""
    return sum(2 if character in _EXTENDED else 1 for character in text)


def fits_one_segment(text: str) -> bool:
    return is_gsm7(text) and septets(text) <= SEGMENT_SEPTETS


def to_gsm7(text: str) -> str:
    """Return the text in GSM-7: letters it lacks lose their accents, what has no likeness becomes "?"."""
    return "".join(_closest(character) for character in text.translate(_CLOSEST))


def _closest(character: str) -> str:
    if character in _BASIC or character in _EXTENDED:
        return character
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    if plain and is_gsm7(plain):
        return plain
    return "" if unicodedata.category(character) in ("Mn", "Cf", "Cc") else "?"
