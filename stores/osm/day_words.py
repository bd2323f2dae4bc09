"""Days of the week as people write them in seven languages. Pure.

All words are lower-case and have no accents or apostrophes: `hours_text.plain` removes them.
"""

from collections.abc import Collection, Iterable, Sequence

_NAMES = {
    "en": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "de": ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"),
    "es": ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"),
    "it": ("lunedi", "martedi", "mercoledi", "giovedi", "venerdi", "sabato", "domenica"),
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    "uk": ("понеділок", "вівторок", "середа", "четвер", "пятниця", "субота", "неділя"),
}
# Words that are not the beginning of a name: short forms, other names, Ukrainian cases.
_OTHERS = {
    ("sonnabend", "de"): 5,
    ("weds", "en"): 2,
    **{(short, "uk"): day for day, short in enumerate(("пн", "вт", "ср", "чт", "пт", "сб", "нд"))},
    **{
        (form, "uk"): day
        for day, forms in enumerate(
            (
                "понеділка понеділку понеділках понеділки",
                "вівторка вівторку вівторки",
                "середи середу",
                "четверга четверги",
                "пятниці пятницю",
                "суботи суботу",
                "неділі неділю",
            )
        )
        for form in forms.split()
    },
}
# A single letter is a day only in a range, which `hours_text` finds: "M-F", « L-V ».
_LETTERS = {
    "m": {"en": 0},
    "f": {"en": 4},
    "l": {"fr": 0, "es": 0, "it": 0},
    "v": {"fr": 4, "es": 4, "it": 4},
    "s": {"fr": 5, "es": 5, "it": 5},
    "d": {"fr": 6, "es": 6, "it": 6},
}
_SHORTEST = 2
_SPOKEN = {
    **dict.fromkeys(("FR", "MC", "RE", "GP", "MQ", "GF", "YT", "PM", "BL", "MF"), frozenset({"fr"})),
    **dict.fromkeys(("DE", "AT", "LI"), frozenset({"de"})),
    **dict.fromkeys(("ES", "MX", "AR", "CL", "CO", "PE", "UY"), frozenset({"es"})),
    **dict.fromkeys(("IT", "SM", "VA"), frozenset({"it"})),
    **dict.fromkeys(("GB", "IE", "US", "AU", "NZ"), frozenset({"en"})),
    "NL": frozenset({"nl"}),
    "UA": frozenset({"uk"}),
    "BE": frozenset({"nl", "fr", "de"}),
    "CH": frozenset({"de", "fr", "it"}),
    "LU": frozenset({"fr", "de"}),
}


class UnclearDay(ValueError):
    """A word that is a day in one language and another day, or something else, in another language."""


def days_of_words(words: Iterable[str], *, country: str = "", letters: Collection[str] = ()) -> dict[str, int]:
    """Return which of these words are days: 0 for Monday.

    Every beginning of a name with two or more letters is a day ("lu", "lun", "lundi", "lundis"); a single letter is one
    only if it is in `letters`. All words of a text are assumed to be in one language: "di" is Sunday among French words
    and Tuesday among German ones. If the words do not decide, the languages of `country` do ("" for no country). Raises
    UnclearDay if those do not decide either.
    """
    readings = {word: found for word in words if (found := _readings(word, letters=letters))}
    return {word: _reading(word, readings, _SPOKEN.get(country, frozenset())) for word in readings}


def _readings(word: str, *, letters: Collection[str]) -> dict[str, int]:
    """Return the day a word stands for, by language."""
    if len(word) < _SHORTEST:
        return _LETTERS.get(word, {}) if word in letters else {}
    found: dict[str, int] = {}
    for form in (word, word.removesuffix("s")):
        if len(form) < _SHORTEST:
            continue
        for language, names in _NAMES.items():
            for weekday, name in enumerate(names):
                if name.startswith(form):
                    found.setdefault(language, weekday)
        found.update({language: day for (name, language), day in _OTHERS.items() if name == form})
    return found


def _reading(word: str, readings: dict[str, dict[str, int]], spoken: Collection[str]) -> int:
    mine = readings[word]
    others = [set(found) for said, found in readings.items() if said != word]
    if _may_be_another(word, others, spoken):
        raise UnclearDay(word)
    # The words have no language in common. So each must mean the same day in every language that has it, as "mo" and
    # "samedi" do.
    languages = set(mine).intersection(*others) or set(mine)
    for said_in in (languages, languages & set(spoken)):
        days = {mine[language] for language in said_in}
        if len(days) == 1:
            return days.pop()
    raise UnclearDay(word)


def _may_be_another(word: str, others: Sequence[Collection[str]], spoken: Collection[str]) -> bool:
    """Tell whether the word may be a month (« mar ») or a weekend (« we ») in the languages of text and country."""
    if word == "mar":
        return all("en" in languages for languages in others) and (not spoken or "en" in spoken)
    return word == "we" and not all("en" in languages for languages in others)
