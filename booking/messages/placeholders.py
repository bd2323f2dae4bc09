"""Placeholders in a store's own texts: which kind of text may use which, and which it needs. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

STANDARD = "standard"  # our own text, whole
_BRACES = re.compile(r"\{([^{}]*)\}")
_VISIT = frozenset({"store", "date", "time", "link", "reference", "phone", "address"})
_MUST = frozenset({"store", "date", "time", "link"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRules:
    """The placeholders that one text may use, and those without which it would be useless."""

    may: frozenset[str]
    must: frozenset[str]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text: plain words, or the name in a placeholder."""

    text: str
    is_placeholder: bool = False


SMS_RULES: Mapping[str, TextRules] = {
    "confirmation": TextRules(may=_VISIT | {"bring", STANDARD}, must=_MUST),
    "reminder": TextRules(may=_VISIT | {"bring", STANDARD}, must=_MUST),
    "change": TextRules(may=_VISIT | {"bring", "was", STANDARD}, must=_MUST),
    "new_hours": TextRules(may=_VISIT | {"bring", STANDARD}, must=_MUST),
    "choose_again": TextRules(may=_VISIT | {"until", STANDARD}, must=_MUST | {"until"}),
    "cancellation": TextRules(may=_VISIT | {STANDARD}, must=_MUST),
    "place_offered": TextRules(may=(_VISIT - {"reference"}) | {"until", "bring", STANDARD}, must=_MUST | {"until"}),
    "feedback": TextRules(may=_VISIT | {STANDARD}, must=frozenset({"store", "link"})),
    "nearly_turn": TextRules(may=frozenset({"store", "phone", "address", STANDARD}), must=frozenset({"store"})),
}
# The paragraph of an e-mail stands among facts and a button that are always there: it needs none of them.
EMAIL_RULES: Mapping[str, TextRules] = {
    name: TextRules(may=rules.may - {STANDARD, "link"}, must=frozenset())
    for name, rules in SMS_RULES.items()
    if name != "nearly_turn"
}
RULES: Mapping[str, Mapping[str, TextRules]] = {"sms": SMS_RULES, "email": EMAIL_RULES}


def pieces(text: str) -> Iterator[Piece]:
    """Yield the pieces of a text, in order; a brace without its counterpart stays among the words."""
    at = 0
    for found in _BRACES.finditer(text):
        if found.start() > at:
            yield Piece(text[at : found.start()])
        yield Piece(found[1].strip(), is_placeholder=True)
        at = found.end()
    if at < len(text):
        yield Piece(text[at:])


def names_in(text: str) -> frozenset[str]:
    """Return the names of the placeholders in a text."""
    return frozenset(piece.text for piece in pieces(text) if piece.is_placeholder)


def filled(text: str, values: Mapping[str, str]) -> str | None:
    """Return a text with its placeholders replaced; None if one of them has no value."""
    said = [values.get(piece.text, "") if piece.is_placeholder else piece.text for piece in pieces(text)]
    return "".join(said) if all(said) else None


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Return a text with its placeholders under other names; those that have none stay."""
    return "".join(
        f"{{{names.get(piece.text, piece.text)}}}" if piece.is_placeholder else piece.text for piece in pieces(text)
    )
