"""What people mean by a text message: whether they come, are late, want another time or help. Pure.

A text that could mean two things means nothing here: a person reads it. None of these meanings cancels a visit by
itself.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from booking.messages.answer_lexicon import (
    CANCEL_ORDER,
    COMING,
    DO_NOT,
    FILLERS,
    HELP,
    LATE,
    MINUTES,
    MINUTES_IN_WORDS,
    MOVE,
    NO_ALONE,
    NOT_COMING,
    PLAIN_YES,
    POLITE,
    THANKS,
    TURNS,
)
from notifications.opt_words import plain_words

MOST_MINUTES = 240


class Meaning(StrEnum):
    """What a text means."""

    COMING = "coming"
    NOT_COMING = "not_coming"
    LATE = "late"  # with a number of minutes, or without
    MOVE = "move"
    HELP = "help"
    THANKS = "thanks"  # needs no answer
    NUMBER = "number"  # a bare number, which answers a question
    UNKNOWN = "unknown"  # for a person


@dataclass(frozen=True, slots=True)
class Answer:
    """The meaning of a text; `number` is the minutes of a lateness, or a bare number."""

    meaning: Meaning
    number: int | None = None


_SIGNS = {
    "👍": "ok",
    "👌": "ok",
    "✅": "ok",
    "✔": "ok",
    "🆗": "ok",
    "🙏": "merci",
    "❤": "merci",
    "😊": "merci",
    "🙂": "merci",
}
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
# "late 10", but no time of the day: "late until 10".
_BARE_MINUTES = re.compile(
    r"\D+(?<! a)(?<! at)(?<!ntil)(?<!till)(?<!vers)(?<! um)(?<!bis)(?<!las)(?<!before)(?<!avant)(?<!antes)(?<! vor)"
    r" (\d{1,2})"
)
LONGEST_BARE = 60
_LISTED = re.compile(r"(?:le|la|numero|n|no|number|option|choix|nr|nummer|el) ?")


def read_answer(text: str) -> Answer:
    """Return what a text means; UNKNOWN where a person should read it."""
    words = _words(text)
    if words.isdecimal() and len(words) <= 3:
        return Answer(Meaning.NUMBER, int(words))
    core = _core(words)
    if HELP.fullmatch(core):
        return Answer(Meaning.HELP)
    if not core:
        return Answer(Meaning.THANKS if words else Meaning.UNKNOWN)
    if _asks(text) or DO_NOT.search(words) or TURNS.search(words):
        return Answer(Meaning.UNKNOWN)
    return _main_meaning(core)


def is_yes(text: str) -> bool:
    """Tell whether a text says yes to the question whether to cancel, and nothing else; "ok" is too little."""
    core = " ".join(CANCEL_ORDER.sub(" ", POLITE.sub(" ", _words(text))).split())
    return PLAIN_YES.fullmatch(core) is not None and not _asks(text)


def is_no(text: str) -> bool:
    """Tell whether a text says no to a question and nothing else."""
    core = _core(_words(text))
    return NO_ALONE.fullmatch(core) is not None and core != "2"


def read_number(text: str) -> int | None:
    """Return the number by which a text answers a list, as "2" or "le 2 svp"; None for anything else."""
    core = _LISTED.sub("", _core(_words(text)), count=1)
    return int(core) if core.isdecimal() and len(core) <= 3 else None


def _main_meaning(core: str) -> Answer:
    """Return the only meaning of a text without greetings and thanks; UNKNOWN where it has two."""
    if NO_ALONE.fullmatch(core):
        return Answer(Meaning.NOT_COMING)
    if COMING.fullmatch(core):
        return Answer(Meaning.COMING)
    patterns = ((Meaning.NOT_COMING, NOT_COMING), (Meaning.LATE, LATE), (Meaning.MOVE, MOVE))
    found = [meaning for meaning, pattern in patterns if pattern.search(core)]
    if found == [Meaning.LATE]:
        return _lateness(core)
    if len(found) == 1:
        return Answer(found[0])
    if found == [Meaning.NOT_COMING, Meaning.MOVE]:  # "I cannot come, can we move it": to move keeps the visit
        return Answer(Meaning.MOVE)
    return Answer(Meaning.THANKS if not found and THANKS.fullmatch(core) else Meaning.UNKNOWN)


def _lateness(core: str) -> Answer:
    """Return by how many minutes somebody is late: the larger of two numbers, None where none is said."""
    said = [int(number) for groups in MINUTES.findall(core) for number in groups if number]
    if said:
        return Answer(Meaning.LATE, max(said)) if max(said) <= MOST_MINUTES else Answer(Meaning.UNKNOWN)
    for pattern, minutes in MINUTES_IN_WORDS:
        if pattern.search(core):
            return Answer(Meaning.LATE, minutes)
    bare = _BARE_MINUTES.fullmatch(core)
    if bare and 1 <= int(bare[1]) <= LONGEST_BARE:
        return Answer(Meaning.LATE, int(bare[1]))
    return Answer(Meaning.UNKNOWN) if re.search(r"\d", core) else Answer(Meaning.LATE)


def _asks(text: str) -> bool:
    return any(mark in text for mark in "?؟")


def _core(words: str) -> str:
    """Return plain words without greetings, thanks and excuses."""
    return " ".join(FILLERS.sub(" ", words).split())


def _words(text: str) -> str:
    """Return a text as plain words, with the signs that are words."""
    for sign, word in _SIGNS.items():
        text = text.replace(sign, f" {word} ")
    return plain_words(text.translate(_DIGITS))
