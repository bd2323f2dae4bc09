"""The days of the week as people write them in seven languages. Pure.

Words come lower-case and without accents or apostrophes, as `hours_text.plain` leaves them.
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
# What is written and is no beginning of a name: short forms, other names, the cases of Ukrainian.
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
# One letter is a day only in a range, which `hours_text` looks for: "M-F", « L-V ».
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
    """A word that is one day in one language and another day, or something else, in another."""


def days_of_words(words: Iterable[str], *, country: str = "", letters: Collection[str] = ()) -> dict[str, int]:
    """Return which of these words are days: 0 for Monday.

    Any beginning of a name is one, from two letters on ("lu", "lun", "lundi", "lundis"); single letters only where
    they are among `letters`. All words of a text are taken to be of one language: "di" is Sunday among French words and
    Tuesday among German ones; where nothing else decides, the languages of `country` do ("" for no country).
    Raises UnclearDay where nothing decides.
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
    # Words of no one language: each must then mean one day wherever it is said, as "mo" and "samedi" do.
    languages = set(mine).intersection(*others) or set(mine)
    for said_in in (languages, languages & set(spoken)):
        days = {mine[language] for language in said_in}
        if len(days) == 1:
            return days.pop()
    raise UnclearDay(word)


def _may_be_another(word: str, others: Sequence[Collection[str]], spoken: Collection[str]) -> bool:
    """Tell whether « mar » may be a month, « we » a weekend: by the languages of the other words, and those spoken."""
    if word == "mar":
        return all("en" in languages for languages in others) and (not spoken or "en" in spoken)
    return word == "we" and not all("en" in languages for languages in others)
