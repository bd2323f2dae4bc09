"""Plain text and tokens of opening hours: the words and signs that are known. Pure."""

import re
import unicodedata

LONGEST = 1000

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<always>24\s?h?\s?/\s?(?:7|24\s?h?(?:[\s,-]*7\s?(?:j|jours)?\s?/\s?7)?))(?![\d:])
  | (?P<daily>7\s?(?:j|d|days?|jours)?\s?/\s?7)(?![\d:])
  | (?:(?P<compact>\d{4})(?![\d:.])(?:\s?(?:h|hs|hrs?|uhr)\b\.?)?
  | (?P<hour>\d{1,2})
        (?:(?P<sign>[hu]|\sh\s|\s?[:.]\s?)(?P<minute>\d{2})(?::00)?(?!\d|:\d)(?:\s?(?:h|hs|hrs?|uhr|horas?|uur)\b\.?)?
          | (?P<whole>\s?(?:h|hs|hrs?|hours?|heures?|uhr|horas?|uur|u|ore)\b\.?)
          | (?!\d)))
        (?:\s?(?P<half>[ap])\.?m\b\.?)?
  | (?P<dash>[-~])
  | (?P<separator>[,;/&:.])
  | (?P<word>[^\W\d_]+)
  | (?P<other>\d+|\S)
    )""",
    re.VERBOSE,
)
_COMMENT = re.compile(r'"[^"]*"')
_NOTHING_ELSE = re.compile(r"\|\|\s*\Z")  # the rest of `|| "by appointment"`
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−〜～ー"), "-") | dict.fromkeys(map(ord, "“”«»„"), '"')
_IN_BRACKETS = re.compile(r"\(([^\d()]*)\)")  # words only, mostly days
_IN_A_WORD = re.compile(r"(?<=[^\W\d_])['’ʼ](?=[^\W\d_])")
_PHRASES = [
    (re.compile(rf"\b(?:{said})\b"), meant)
    for said, meant in (
        (
            r"every ?day|each day|all days|7 days(?: a week)?|tous les jours|chaque jour|jeden tag|alle tage"
            r"|todos los dias|cada dia|tutti i giorni|ogni giorno|elke dag|alle dagen|dagelijks|щодня|щоденно",
            "daily",
        ),
        (r"week ?days|weekdays only|будні|по буднях|doordeweeks", "weekdays"),
        (r"week ?ends?|week-ends?|wochenende|fin(?:es)? de semana|fine settimana", "weekends"),
        (r"(?:12 ?)?(?:noon|midi|mediodia|mezzogiorno|mittags?)", "12:00"),
        (r"(?:12 ?)?(?:midnight|minuit|medianoche|mezzanotte|mitternacht)(?=\s*(?:-|to\b|a\b|bis\b|until\b))", "00:00"),
        (r"(?:12 ?)?(?:midnight|minuit|medianoche|mezzanotte|mitternacht)", "24:00"),
        (r"t/m|tot en met", "-"),
        (r"en continu|non-?stop|sans interruption|durchgehend|ininterrotto|sin interrupcion", " "),
    )
]
_LETTER_RANGE = re.compile(r"\b(?:m\s?-\s?(?:f|th|thu|sat|sun)|l\s?(?:-|a)\s?[vsd])\b")

DASH_WORDS = frozenset(
    {"to", "a", "au", "bis", "until", "till", "til", "thru", "through", "tot", "hasta", "al", "alle", "до", "по"}
)
AND_WORDS = frozenset({"et", "and", "und", "y", "e", "en", "та", "і"})
# All of these are lower-case and have no accents, as in the result of `plain`: there й is и.
FILLERS = frozenset(
    {
        *("de", "du", "des", "le", "les", "la", "from", "von", "van", "the", "on", "every", "only", "am", "den", "el"),
        *("los", "il", "del", "dal", "dalle", "з", "від", "tous", "jour", "jours", "open", "opened", "ouvert", "offen"),
        *("geoffnet", "geopend", "abierto", "aperto", "відкрито", "uhr", "hours", "horaires", "horario"),
        *("h", "hs", "hrs", "uur"),
    }
)
OFF = frozenset(
    {
        *("off", "closed", "ferme", "fermee", "geschlossen", "zu", "ruhetag", "cerrado", "cerrada", "chiuso"),
        *("gesloten", "зачинено", "вихіднии"),
    }
)
GROUPS = {
    **dict.fromkeys(("daily", "taglich", "everyday", "quotidien", "diario", "quotidiano"), tuple(range(7))),
    "weekdays": tuple(range(5)),
    "weekends": (5, 6),
}
HOLIDAY = frozenset({"ph", "ferie", "feries", "feiertag", "feiertage", "feiertags", "jf", "festivos", "festivi"})
DATES = "it depends on dates"
_REASONS = {
    "it depends on the sun": "sunrise sunset dawn dusk",
    "it depends on school holidays": "sh",
    "it depends on weeks": "week weeks semaine woche",
    "it says unknown": "unknown",
    "by appointment only": "appointment rdv rendez termin vereinbarung cita appuntamento afspraak",
    DATES: "easter year jan january janv janvier januar feb february fev fevr fevrier februar mar march mars marz apr "
    "april avr avril may mai jun june juin juni jul july juil juillet juli aug august aout sep sept september "
    "septembre oct october octobre okt oktober nov november novembre dec december decembre dez dezember enero febrero "
    "abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
NOT_WEEKLY = {word: reason for reason, words in _REASONS.items() for word in words.split()}


class NotReadable(ValueError):
    """Opening hours that cannot be read; the text is the reason."""


def plain(text: str) -> str:
    """Return the text in lower case without accents and comments; each known phrase becomes one word."""
    apart = unicodedata.normalize("NFKD", text.translate(_DASHES).casefold())
    bare = "".join(character for character in apart if not unicodedata.combining(character))
    bare = _IN_A_WORD.sub(_apostrophe, _COMMENT.sub(" ", bare))
    bare = _IN_BRACKETS.sub(r" \1 ", bare)
    for said, meant in _PHRASES:
        bare = said.sub(meant, bare)
    return _NOTHING_ELSE.sub("", bare).strip()


def tokens_of(text: str) -> list[re.Match[str]]:
    """Return the tokens of a plain text. Raises NotReadable if there are none."""
    if not text:
        raise NotReadable("no times in it")
    return list(_TOKEN.finditer(text))


def day_letters(text: str) -> frozenset[str]:
    """Return the single letters that mean days in a plain text, as in "m-f", "l-v"; other letters are ambiguous."""
    words = {word for found in _LETTER_RANGE.finditer(text) for word in re.findall(r"[a-z]+", found[0])}
    return frozenset(word for word in words - DASH_WORDS if len(word) == 1)


def _apostrophe(found: re.Match[str]) -> str:
    """Drop an apostrophe inside a Cyrillic word; anywhere else it separates two words."""
    before = found.string[found.start() - 1]
    return "" if "\u0400" <= before <= "\u04ff" else " "
