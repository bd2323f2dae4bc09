"""The days of the week as people write them in English, French and German. Pure."""

from collections.abc import Iterable

_NAMES = {
    "en": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "de": ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"),
}
_OTHER_NAMES = {("sonnabend", "de"): 5}
_SHORTEST = 2
# Where a word is a day in one language and a month in another, the company it keeps decides.
_ALSO_A_MONTH = {"mar": "en"}


class UnclearDay(ValueError):
    """A word that is one day in one language and another day, or a month, in another."""


def days_of_words(words: Iterable[str]) -> dict[str, int]:
    """Return which of these words are days: 0 for Monday. Words are lower-case and have no accents.

    Any beginning of a name is one, from two letters on ("lu", "lun", "lundi", "lundis"). "di" is Sunday among
    French words and Tuesday among German ones. Raises UnclearDay where nothing decides.
    """
    readings = {word: found for word in words if (found := _readings(word))}
    return {word: _reading(word, readings) for word in readings}


def _readings(word: str) -> dict[str, int]:
    """Return the day a word stands for, by language."""
    found: dict[str, int] = {}
    for form in (word, word.removesuffix("s")):
        if len(form) < _SHORTEST:
            continue
        for language, names in _NAMES.items():
            for weekday, name in enumerate(names):
                if name.startswith(form):
                    found.setdefault(language, weekday)
        found.update({language: day for (name, language), day in _OTHER_NAMES.items() if name == form})
    return found


def _reading(word: str, readings: dict[str, dict[str, int]]) -> int:
    mine = readings[word]
    others = [set(found) for other, found in readings.items() if other != word]
    spoken = set(mine).intersection(*others) or set(mine)
    if word in _ALSO_A_MONTH and not any(_ALSO_A_MONTH[word] not in languages for languages in others):
        raise UnclearDay(word)
    days = {mine[language] for language in spoken}
    if len(days) > 1:
        raise UnclearDay(word)
    return days.pop()
