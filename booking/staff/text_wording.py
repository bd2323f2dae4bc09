"""Words of the pages of a store's own texts: names of texts and placeholders, and what is wrong with a text."""

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from booking.messages.own_texts import MOST_SEGMENTS
from booking.messages.placeholders import RULES, STANDARD, renamed
from booking.messages.text_lint import Rule, TextProblem, folded

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_MEANINGS: Mapping[str, "StrPromise"] = {
    STANDARD: gettext_lazy("our own text, whole"),
    "store": gettext_lazy("the store's name"),
    "date": gettext_lazy("the day of the visit"),
    "time": gettext_lazy("the time of the visit"),
    "was": gettext_lazy("the day and time before the change"),
    "until": gettext_lazy("the last moment to answer"),
    "link": gettext_lazy("the address at which they change or cancel"),
    "reference": gettext_lazy("the visit's reference"),
    "phone": gettext_lazy("the store's phone number"),
    "address": gettext_lazy("the store's address"),
    "bring": gettext_lazy("what they should bring, as the kind of visit says it"),
}
_REFUSED: Mapping[Rule, "StrPromise"] = {
    Rule.BRACE: gettext_lazy(
        "“{word}” has a brace without its counterpart: placeholders stand between two, as {link}."
    ),
    Rule.UNKNOWN: gettext_lazy("There is no placeholder {{{word}}}. Did you mean {{{nearest}}}?"),
    Rule.NOT_HERE: gettext_lazy("{{{word}}} cannot be used in this text."),
    Rule.MISSING: gettext_lazy("{{{word}}} is missing: without it the text is of no use."),
    Rule.EMPTY: gettext_lazy("{{{word}}} is empty at your store: fill it in at the set-up first."),
    Rule.ADDRESS: gettext_lazy(
        "“{word}” looks like an address. Only {link} leads customers to their visit, and others look like fraud."
    ),
    Rule.OPT_OUT: gettext_lazy("“{word}” as an answer stops all texts to a number: let {link} do it."),
    Rule.MARKETING: gettext_lazy(
        "“{word}” makes this advertising, and customers agreed to no such texts: leave it out."
    ),
    Rule.HEALTH: gettext_lazy(
        "“{word}” says something about a person's health. Others may read the phone: leave it out."
    ),
    Rule.PURPOSE: gettext_lazy("“{word}” is why somebody comes. Others may read the phone: leave it out."),
    Rule.SIGN: gettext_lazy("Text messages cannot carry these signs: {word}"),
}
_WARNED: Mapping[Rule, "StrPromise"] = {
    Rule.REPLY: gettext_lazy(
        "“{word}” asks for a reply, and none reaches you: your texts come from a name, not from a number."
    ),
    Rule.EMPTY: gettext_lazy("{{{word}}} is empty for some visits: for these our own text goes."),
    Rule.MARKETING: gettext_lazy(
        "“{word}” may read like advertising. It must not be: that needs consent, and a way to stop it in each text."
    ),
    Rule.HEALTH: gettext_lazy("“{word}” may say something about a person's health. Others may read it."),
    Rule.PURPOSE: gettext_lazy("“{word}” is why somebody comes. Others may read it."),
}


def spoken_names() -> dict[str, str]:
    """Return what this reader calls each placeholder: one word, as it stands between braces."""
    return {
        STANDARD: pgettext("placeholder in a text", "standard"),
        "store": pgettext("placeholder in a text", "store"),
        "date": pgettext("placeholder in a text", "date"),
        "time": pgettext("placeholder in a text", "time"),
        "was": pgettext("placeholder in a text", "before"),
        "until": pgettext("placeholder in a text", "until"),
        "link": pgettext("placeholder in a text", "link"),
        "reference": pgettext("placeholder in a text", "reference"),
        "phone": pgettext("placeholder in a text", "phone"),
        "address": pgettext("placeholder in a text", "address"),
        "bring": pgettext("placeholder in a text", "bring"),
    }


def placeholders_of(channel: str, name: str) -> list[tuple[str, str, bool]]:
    """Return the placeholders of a text in words, with their meaning, and whether the text needs them."""
    rules, spoken = RULES[channel][name], spoken_names()
    return [
        (f"{{{spoken[stored]}}}", str(meaning), stored in rules.must)
        for stored, meaning in _MEANINGS.items()
        if stored in rules.may
    ]


def as_shown(text: str) -> str:
    """Return a stored text with the placeholders as this reader calls them."""
    return renamed(text, spoken_names())


def as_stored(text: str) -> str:
    """Return a typed text with the placeholders' stored names, whichever way they were typed."""
    names = {folded(spoken): stored for stored, spoken in spoken_names().items()}
    names = {**names, **{stored: stored for stored in _MEANINGS}}
    plain = unicodedata.normalize("NFC", text)
    return renamed(plain, _Folding(names))


class _Folding(dict[str, str]):
    """Names looked up without regard to capitals and accents."""

    def get(self, key: str, default: str = "") -> str:  # type: ignore[override]
        return super().get(folded(key)) or default


def problem_in_words(problem: TextProblem) -> str:
    """Return one sentence about a problem, and what to do."""
    if problem.rule == Rule.UNKNOWN and not problem.nearest:
        text = _("There is no placeholder {{{word}}}. Those below can be used.")
    else:
        text = str((_REFUSED if problem.is_refused else _WARNED)[problem.rule])
    return text.format(word=problem.word, nearest=problem.nearest, link=f"{{{spoken_names()['link']}}}")


def too_long_in_words() -> str:
    """Return what to say of a text that takes too many segments."""
    text = ngettext(
        "This is too long: it would take more than {count} segment.",
        "This is too long: it would take more than {count} segments.",
        MOST_SEGMENTS,
    )
    return text.format(count=MOST_SEGMENTS)
