"""Alphabets of text messages: GSM-7, one segment of it, or UCS-2 where a language needs other letters."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from notifications.gsm7 import SEGMENT_SEPTETS, name_in_gsm7, septets, to_gsm7

# Two segments of a message that is sent in parts: 67 units each, as three of 70 name the part.
UCS2_UNITS = 134


@dataclass(frozen=True, slots=True)
class Alphabet:
    """How long a text is in an alphabet, how long it may be, and the text without what the alphabet lacks.

    `name` returns as much of a name as can be said in it, "" where nobody would know it by that.
    """

    room: int
    length: Callable[[str], int]
    written: Callable[[str], str]
    name: Callable[[str], str]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _visible(text: str) -> str:
    """Return a text without signs that cannot be seen, and with ordinary spaces: phones break lines themselves."""
    return "".join(
        " " if unicodedata.category(one) == "Zs" else one
        for one in text
        if unicodedata.category(one) not in ("Cc", "Cf", "Cs")
    )


GSM7 = Alphabet(SEGMENT_SEPTETS, septets, to_gsm7, name_in_gsm7)
UCS2 = Alphabet(UCS2_UNITS, _units, _visible, _visible)
