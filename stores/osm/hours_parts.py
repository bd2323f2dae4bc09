"""Parts of opening hours: days, times, "closed", and the separators between them. Pure."""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from stores.osm.clock_times import DAY, Clock, Span, clock, span, unclear
from stores.osm.day_words import UnclearDay, days_of_words
from stores.osm.hours_rules import ALL_DAYS, Apart, Atom
from stores.osm.hours_text import (
    AND_WORDS,
    DASH_WORDS,
    DATES,
    FILLERS,
    GROUPS,
    HOLIDAY,
    NOT_WEEKLY,
    OFF,
    NotReadable,
    day_letters,
    tokens_of,
)

_EARLIEST_SHORT = 6 * 60
_ALWAYS = Span(0, DAY, "24/7")
_NO_DAYS = FILLERS | DASH_WORDS | AND_WORDS | OFF


class Reader:
    """A reader that turns the tokens of one plain text into parts."""

    def __init__(self, text: str, country: str, *, may_be_bare: bool = False) -> None:
        self._tokens = tokens_of(text)
        self._days = _days(self._tokens, country, letters=day_letters(text))
        self._may_be_bare = may_be_bare
        self._atoms: list[Atom] = []
        self._apart: Apart = ""
        # Times that end on the next day as written, but may be meant to end in the afternoon: 9:00-5:00, 11:00-2:00.
        self.nights: list[Span] = []
        # Times before dawn that may be of a 12-hour clock: 1:00-5:00.
        self.early: list[Span] = []

    def atoms(self) -> list[Atom]:
        """Return the parts; `nights` and `early` then hold the times that are ambiguous. Raises NotReadable."""
        at = 0
        while at < len(self._tokens):
            token = self._tokens[at]
            if token["word"] in self._days:
                at = self._read_days(at)
            elif token["hour"] or token["compact"]:
                at = self._read_span(at)
            else:
                self._read_other(token)
                at += 1
        spans = [one for atom in self._atoms for one in atom.spans]
        is_of_24 = any(one for one in spans if not one.has_half and not one.is_short)
        self.nights = [one for one in spans if one.is_long_night or (one.is_short_night and not is_of_24)]
        self.early = [one for one in spans if one.is_short and one.opens < _EARLIEST_SHORT and not is_of_24]
        _refuse_unclear(self._atoms, is_of_24=is_of_24, is_of_12=any(one.has_half for one in spans))
        return self._atoms

    def _add(self, atom: Atom) -> None:
        atom.apart, self._apart = self._apart, ""
        self._atoms.append(atom)

    def _add_span(self, one: Span) -> None:
        if self._atoms and self._atoms[-1].kind == "times" and self._apart != ";":
            self._atoms[-1].spans.append(one)
            self._apart = ""
        else:
            self._add(Atom("times", spans=[one]))

    def _read_other(self, token: re.Match[str]) -> None:
        """Read a token that is neither a day nor a time of day."""
        word = token["word"]
        if token["always"]:
            self._add_span(_ALWAYS)
        elif token["daily"] or word in GROUPS:
            self._add(Atom("days", days=GROUPS.get(word, ALL_DAYS), is_range=True))
        elif word in HOLIDAY:
            self._add(Atom("days"))
        elif word in OFF:
            self._add(Atom("off"))
        elif token["separator"] or word in AND_WORDS:
            self._come_apart(token["separator"] or "&")
        elif word not in FILLERS:
            raise NotReadable(f"{token[0].strip()[:30]!r} is not understood")

    def _come_apart(self, sign: str) -> None:
        after_times = bool(self._atoms) and self._atoms[-1].kind != "days"
        if sign == ";" or (sign == ":" and after_times):
            self._apart = ";"
        elif sign in (",", "/") and self._apart != ";":
            self._apart = ","
        elif sign == "&" and not self._apart:
            self._apart = "&"

    def _read_days(self, at: int) -> int:
        """Read a day or a range of days, which may run past the end of the week; return the next position."""
        first = self._days[self._tokens[at]["word"]]
        dash = self._past_dots(at + 1)
        if not self._is_dash(dash):
            self._add(Atom("days", days=(first,)))
            return at + 1
        end = dash + 1
        word = self._tokens[end]["word"] if end < len(self._tokens) else None
        if word not in self._days:
            raise NotReadable("a range of days without an end")
        days = tuple((first + step) % 7 for step in range((self._days[word] - first) % 7 + 1))
        self._add(Atom("days", days=days, is_range=True))
        return end + 1

    def _past_dots(self, at: int) -> int:
        """Step over the dot of "Mo.-Fr."."""
        return at + 1 if at < len(self._tokens) and self._tokens[at]["separator"] == "." else at

    def _is_dash(self, at: int) -> bool:
        return at < len(self._tokens) and (bool(self._tokens[at]["dash"]) or self._tokens[at]["word"] in DASH_WORDS)

    def _read_span(self, at: int) -> int:
        """Read an interval; return the next position."""
        start = clock(self._tokens[at])
        end = self._time_at(at + 2) if self._is_dash(at + 1) else None
        if end is None:
            raise NotReadable(f"{start.text} has no end")
        self._add_span(span(start, end, may_be_bare=self._may_be_bare))
        return at + 3

    def _time_at(self, at: int) -> Clock | None:
        is_time = at < len(self._tokens) and (self._tokens[at]["hour"] or self._tokens[at]["compact"])
        return clock(self._tokens[at]) if is_time else None


def _days(tokens: Sequence[re.Match[str]], country: str, *, letters: Collection[str]) -> dict[str, int]:
    """Return the words that are days. Raises NotReadable if a word is ambiguous or more than a weekday."""
    words = [token["word"] for token in tokens if token["word"]]
    try:
        days = days_of_words((word for word in words if word not in _NO_DAYS), country=country, letters=letters)
    except UnclearDay as unclear_day:
        if any(NOT_WEEKLY.get(word) == DATES for word in words if word != str(unclear_day)):
            raise NotReadable(DATES) from None
        raise NotReadable(f"{str(unclear_day)!r} may be two days, or a month") from None
    for word in words:
        if word in NOT_WEEKLY and word not in days:
            raise NotReadable(NOT_WEEKLY[word])
    return days


def _refuse_unclear(atoms: Sequence[Atom], *, is_of_24: bool, is_of_12: bool) -> None:
    """Raise NotReadable if times may be meant for the other half of the day."""
    for atom in atoms:
        if _ALWAYS in atom.spans and len(atom.spans) > 1:
            raise NotReadable("24/7 with other times is not clear")
        for before, one in pairwise(atom.spans):
            # 9:00-12:00, 1:00-5:00
            if one.is_short and one.opens < before.closes and (one.opens < _EARLIEST_SHORT or not is_of_24):
                raise unclear(one.text)
            if is_of_12 and one.meets(before):
                raise unclear(one.text)
        for one in atom.spans:
            if one.is_short and is_of_12 and one.opens < _EARLIEST_SHORT:  # 9am-12pm, 1:00-5:00
                raise unclear(one.text)
