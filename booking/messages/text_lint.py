"""The check of a store's own texts: what is refused, and what its manager is warned of. Pure.

Each rule is one function in RULES_OF_TEXTS. It yields what it finds; what is only a warning may be saved.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache

from booking.messages.lint_lexicon import (
    ALSO_COMMON,
    ASK_TO_REPLY,
    DOMAINS,
    HEALTH,
    MARKETING,
    MAYBE_HEALTH,
    MAYBE_MARKETING,
    NO_PURPOSE,
    NO_REPLY,
    OPT_OUT_WORDS,
    REPLY,
)
from booking.messages.placeholders import STANDARD, TextRules, names_in, pieces
from stores.words import cleaned

_REPLY_REACH = 40  # characters between "reply" and the word to reply
_END_OF_CLAUSE = re.compile(r"[.!?;:,\n\u060c\u061f]")
_ADDRESS = re.compile(
    rf"(?:https?:|www\.)\S*|\S+@\S+\.\w+|[\w-]+(?:\.[\w-]+)*\.(?:(?:{'|'.join(DOMAINS)})(?![\w-])\S*|[a-z]{{2,}}/\S+)",
    re.IGNORECASE,
)
_PERCENT_OFF = re.compile(r"[-\N{MINUS SIGN}\N{EN DASH}]\s?\d{1,2}\s?%|\d{1,2}\s?%\s?(?:off|de)\b", re.IGNORECASE)


class Rule(StrEnum):
    """What a text may break."""

    BRACE = "brace"
    UNKNOWN = "unknown"
    NOT_HERE = "not_here"  # a placeholder of other texts
    MISSING = "missing"
    ADDRESS = "address"
    OPT_OUT = "opt_out"
    MARKETING = "marketing"
    HEALTH = "health"
    PURPOSE = "purpose"
    SIGN = "sign"
    REPLY = "reply"  # to a sender that takes none
    EMPTY = "empty"  # a placeholder for what the store, or some visit there, does not have


@dataclass(frozen=True, slots=True)
class TextProblem:
    """Something in a text; `nearest` is the placeholder that may have been meant."""

    rule: Rule
    word: str
    is_refused: bool = True
    nearest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFacts:
    """What a text is held against."""

    rules: TextRules
    is_sms: bool = True
    is_one_way: bool = False  # no reply reaches its sender
    known: Collection[str] = ()  # the placeholders of all texts
    visit_types: Collection[str] = ()  # as the store names them
    spoken: Mapping[str, str] = field(default_factory=dict)  # what its writer calls each placeholder
    empty: Collection[str] = ()  # placeholders that have no value at this store
    sometimes_empty: Collection[str] = ()  # and those that have none for some of its visits
    brings: Collection[str] = ()  # what {bring} says at this store
    lost_signs: Callable[[str], Iterable[str]] = lambda _text: ()  # what its alphabet cannot write


def find_problems(text: str, facts: TextFacts) -> list[TextProblem]:
    """Return what is wrong with a text, refusals first; none for an empty one, which stands for ours."""
    if not text.strip():
        return []
    found = [problem for rule in RULES_OF_TEXTS for problem in rule(text, facts)]
    return sorted(dict.fromkeys(found), key=lambda problem: not problem.is_refused)


def folded(text: str) -> str:
    """Return a text in small letters without accents, for comparing."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return unicodedata.normalize("NFC", "".join(one for one in plain if not unicodedata.combining(one)))


def _words_of(text: str) -> str:
    """Return the plain words of a text."""
    return _as_read(" ".join(piece.text for piece in pieces(text) if not piece.is_placeholder))


def _as_read(text: str) -> str:
    """Return a text as a phone shows it: without invisible signs, letters of other forms as the plain ones."""
    return unicodedata.normalize("NFKC", "".join(one for one in cleaned(text) if unicodedata.category(one) != "Cf"))


def _braces(text: str, _facts: TextFacts) -> Iterator[TextProblem]:
    for piece in pieces(text):
        if not piece.is_placeholder and (found := re.search(r"\{\s*\w*|\w*\s*\}", piece.text)):
            yield TextProblem(Rule.BRACE, found[0].strip())


def _unknown(text: str, facts: TextFacts) -> Iterator[TextProblem]:
    spoken = {facts.spoken.get(name, name): name for name in facts.rules.may}
    for piece in pieces(text):
        if not piece.is_placeholder or piece.text in facts.rules.may:
            continue
        if piece.text in facts.known:
            yield TextProblem(Rule.NOT_HERE, facts.spoken.get(piece.text, piece.text))
            continue
        folded_names = {folded(name): name for name in (*spoken, *facts.rules.may)}
        near = get_close_matches(folded(piece.text), folded_names, n=1, cutoff=0.5)
        nearest = spoken.get(folded_names[near[0]], folded_names[near[0]]) if near else ""
        yield TextProblem(Rule.UNKNOWN, piece.text, nearest=facts.spoken.get(nearest, nearest))


def _missing(text: str, facts: TextFacts) -> Iterator[TextProblem]:
    used = names_in(text)
    if STANDARD not in used:
        for name in sorted(facts.rules.must - used):
            yield TextProblem(Rule.MISSING, facts.spoken.get(name, name))


def _empty(text: str, facts: TextFacts) -> Iterator[TextProblem]:
    for name in sorted(names_in(text) & facts.rules.may):
        if name in facts.empty or name in facts.sometimes_empty:
            yield TextProblem(Rule.EMPTY, facts.spoken.get(name, name), is_refused=name in facts.empty)


def _addresses(text: str, facts: TextFacts) -> Iterator[TextProblem]:
    """Find addresses, also those that begin with the value of a placeholder: "{store}.com"."""
    said = (facts.spoken.get(piece.text, piece.text) if piece.is_placeholder else piece.text for piece in pieces(text))
    for found in _ADDRESS.finditer(_as_read("".join(said))):
        yield TextProblem(Rule.ADDRESS, found[0])


def _opt_out(text: str, _facts: TextFacts) -> Iterator[TextProblem]:
    """Find words that end all texts: in capitals, or after being asked to reply."""
    plain = _words_of(text)
    asks = [found.end() for found in _find(ASK_TO_REPLY, plain)]
    for found in _find(OPT_OUT_WORDS, plain):
        word = plain[found.start() : found.end()]
        is_shouted = word.isupper() and word.casefold() != word and folded(word) not in ALSO_COMMON
        is_asked_for = any(0 <= found.start() - end <= _REPLY_REACH for end in asks)
        if is_shouted or is_asked_for:
            yield TextProblem(Rule.OPT_OUT, word)


def _reply(text: str, facts: TextFacts) -> Iterator[TextProblem]:
    """Find what asks for a reply that nobody would get; not what says that there is none to give."""
    if not (facts.is_sms and facts.is_one_way):
        return
    plain = _words_of(text)
    for found in _find(REPLY, plain):
        before = _END_OF_CLAUSE.split(plain[: found.start()])[-1]
        after = _END_OF_CLAUSE.split(plain[found.end() :])[0]
        if not any(_find(NO_REPLY, f"{before} {after}")):
            yield TextProblem(Rule.REPLY, plain[found.start() : found.end()], is_refused=False)


def _marketing(text: str, _facts: TextFacts) -> Iterator[TextProblem]:
    plain = _words_of(text)
    for found in (*_PERCENT_OFF.finditer(plain), *_find(MARKETING, plain)):
        yield TextProblem(Rule.MARKETING, plain[found.start() : found.end()])
    for found in _find(MAYBE_MARKETING, plain):
        yield TextProblem(Rule.MARKETING, plain[found.start() : found.end()], is_refused=False)


def _health(text: str, facts: TextFacts) -> Iterator[TextProblem]:
    plain = _words_of(text)
    for found in _find(HEALTH, plain):
        yield TextProblem(Rule.HEALTH, plain[found.start() : found.end()], is_refused=facts.is_sms)
    for found in _find(MAYBE_HEALTH, plain):
        yield TextProblem(Rule.HEALTH, plain[found.start() : found.end()], is_refused=False)


def health_words(text: str) -> list[str]:
    """Return the words of a text, without placeholders, that say or may say something about somebody's health."""
    return [text[found.start() : found.end()] for found in _find((*HEALTH, *MAYBE_HEALTH), text)]


def _purpose(text: str, facts: TextFacts) -> Iterator[TextProblem]:
    plain = _words_of(text)
    names = {folded(name) for name in facts.visit_types} - NO_PURPOSE
    for found in _find([name for name in sorted(names) if name], plain):
        yield TextProblem(Rule.PURPOSE, plain[found.start() : found.end()], is_refused=facts.is_sms)


def _brought(text: str, facts: TextFacts) -> Iterator[TextProblem]:
    """Find what {bring} would say in a text message: it was written for pages and e-mails, which others do not read."""
    if facts.is_sms and "bring" in names_in(text):
        for said in facts.brings:
            for rule in (_addresses, _marketing, _health, _purpose):
                for problem in rule(said, facts):
                    yield replace(problem, is_refused=problem.rule == Rule.ADDRESS)


def _signs(text: str, facts: TextFacts) -> Iterator[TextProblem]:
    lost = " ".join(sorted(set(facts.lost_signs(_words_of(text)))))
    if lost:
        yield TextProblem(Rule.SIGN, lost)


def _find(words: Sequence[str], text: str) -> Iterator[re.Match[str]]:
    """Yield where one of these folded words stands in a text, whole; `*` at its end stands for any letters."""
    if words:
        # Folded letter by letter, so that what is found stands at the same place in the text.
        yield from _pattern(tuple(words)).finditer("".join((folded(one) or " ")[:1] for one in text))


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    each = [re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in words]
    return re.compile(rf"(?<!\w)(?:{'|'.join(each)})(?!\w)")


RULES_OF_TEXTS: tuple[Callable[[str, TextFacts], Iterator[TextProblem]], ...] = (
    *(_braces, _unknown, _missing, _empty, _addresses, _opt_out, _reply),
    *(_marketing, _health, _purpose, _brought, _signs),
)
