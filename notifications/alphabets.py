"""Alphabets of text messages: one segment of GSM-7, or UCS-2 if a language needs other letters."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from notifications.gsm7 import SEGMENT_SEPTETS, name_in_gsm7, septets, to_gsm7

# Two segments of a message that is sent in parts: 67 units each, because 3 of the 70 number the part.
UCS2_UNITS = 134
RIGHT_TO_LEFT = "\N{RIGHT-TO-LEFT MARK}"
_DIRECTIONS = frozenset({RIGHT_TO_LEFT, "\N{LEFT-TO-RIGHT MARK}"})


@dataclass(frozen=True, slots=True)
class Alphabet:
    """An alphabet: how long a text is in it, how long it may be, and the text without what the alphabet lacks.

    `name` returns as much of a name as the alphabet can write; "" if nobody would recognize it.
    """

    room: int
    length: Callable[[str], int]
    written: Callable[[str], str]
    name: Callable[[str], str]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _visible(text: str) -> str:
    """Return a text without invisible characters and with ordinary spaces: phones break lines themselves."""
    return "".join(
        " " if unicodedata.category(one) == "Zs" else one
        for one in text
        if unicodedata.category(one) not in ("Cc", "Cf", "Cs")
    )


def _directed(text: str) -> str:
    """Return a text as above, with the marks that say in which direction its line runs."""
    return "".join(one if one in _DIRECTIONS else _visible(one) for one in text)


GSM7 = Alphabet(SEGMENT_SEPTETS, septets, to_gsm7, name_in_gsm7)
UCS2 = Alphabet(UCS2_UNITS, _units, _directed, _visible)
