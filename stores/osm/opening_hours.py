"""Opening hours as people write them in OpenStreetMap, read as meant or not at all. Pure.

What differs from the letter of the OpenStreetMap grammar, because people mean it so:
- A later rule for a weekday replaces an earlier one, after `,` as after `;`; only `12:00-14:00 off` cuts it out.
- `Mo-Fr 09:00-12:00; 14:00-18:00`: times without a day go on with the days before.
- `Su 00:00-00:00` says closed (a form left at its zeros); the whole day is `00:00-24:00`.
- Public holidays (`PH`) are left out, as nobody here knows their dates.
What depends on anything but the weekday (months, dates, school holidays, the sun) is not readable.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time

from stores.hours import WeeklyInterval
from stores.osm.day_words import UnclearDay, days_of_words

LONGEST = 1000
_DAY = 24 * 60
_EARLIEST_BARE_HOUR = 6
_ALL_DAYS = tuple(range(7))

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<always>24\s?h?\s?/\s?(?:7|24\s?h?(?:[\s,-]*7\s?(?:j|jours)?\s?/\s?7)?))(?![\d:])
  | (?P<daily>7\s?(?:j|d|days?|jours)?\s?/\s?7)(?![\d:])
  | (?P<hour>\d{1,2})
        (?:(?:h|\sh\s|\s?[:.]\s?)(?P<minute>\d{2})(?::00)?(?![\d:])(?:\s?h\b)?
          | (?P<whole>\s?(?:h|heures?|uhr)\b)
          | (?!\d))
        (?:\s?(?P<half>[ap])\.?m\b\.?)?
  | (?P<dash>[-~])
  | (?P<separator>[,;/&:.])
  | (?P<word>[^\W\d_]+)
  | (?P<other>\d+|\S)
    )""",
    re.VERBOSE,
)
_COMMENT = re.compile(r'"[^"]*"')
_NOTHING_ELSE = re.compile(r"\|\|\s*\Z")  # what is left of `|| "by appointment"`
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−〜～"), "-") | dict.fromkeys(map(ord, "“”«»„"), '"')
_DASH_WORDS = frozenset({"to", "a", "au", "bis", "until", "till"})
_FILLERS = frozenset(
    {"et", "and", "und", "de", "du", "des", "le", "les", "la", "from", "von", "tous", "jour", "jours"}
) | {
    *("open", "opened", "ouvert", "offen", "geoffnet", "uhr", "hours", "horaires", "h"),
}
_OFF = frozenset({"off", "closed", "ferme", "fermee", "geschlossen", "zu"})
_DAILY = frozenset({"daily", "taglich", "everyday", "quotidien"})
_HOLIDAY = frozenset({"ph", "ferie", "feries", "feiertag", "feiertage", "feiertags", "jf"})
_REASONS = {
    "it depends on the sun": "sunrise sunset dawn dusk",
    "it depends on school holidays": "sh",
    "it depends on weeks": "week weeks semaine woche",
    "it says unknown": "unknown",
    "by appointment only": "appointment rdv rendez termin vereinbarung",
    "it depends on dates": "easter year jan january janv janvier januar feb february fev fevr fevrier februar mar "
    "march mars marz apr april avr avril may mai jun june juin juni jul july juil juillet juli aug august aout sep "
    "sept september septembre oct october octobre okt oktober nov november novembre dec december decembre dez dezember",
}
_NOT_WEEKLY = {word: reason for reason, words in _REASONS.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class HoursRead:
    """A week's hours, or why they could not be read (`weekly` is then empty)."""

    weekly: tuple[WeeklyInterval, ...]
    why_not: str = ""


class _NotReadable(ValueError):
    """Its text is the reason."""


@dataclass(slots=True)
class _Rule:
    """Days, and what holds on them: minutes from midnight, the end past 24:00 where it is on the next day."""

    days: list[int] = field(default_factory=list)
    times: list[tuple[int, int]] = field(default_factory=list)
    on_holidays: bool = False
    is_off: bool = False
    is_zero: bool = False  # says 00:00-00:00
    goes_on: bool = False  # says no days: those of the rule before it

    @property
    def is_complete(self) -> bool:
        return bool(self.times) or self.is_off or self.is_zero


def read_hours(text: str) -> HoursRead:
    """Return the week's hours that a text means. Never raises."""
    try:
        weekly = _week(_rules(_tokens(text)))
    except _NotReadable as reason:
        return HoursRead((), str(reason))
    return HoursRead(weekly) if weekly else HoursRead((), "no day is open")


def _tokens(text: str) -> list[re.Match[str]]:
    if len(text) > LONGEST:
        raise _NotReadable("too long to be opening hours")
    apart = unicodedata.normalize("NFKD", text.translate(_DASHES).casefold())
    plain = "".join(character for character in apart if not unicodedata.combining(character))
    tokens = list(_TOKEN.finditer(_NOTHING_ELSE.sub("", _COMMENT.sub(" ", plain)).rstrip()))
    if not tokens:
        raise _NotReadable("no times in it" if plain.strip() else "empty")
    return tokens


def _rules(tokens: Sequence[re.Match[str]]) -> list[_Rule]:
    """Return what the tokens say, rule by rule."""
    days = _days(tokens)
    rules = [_Rule()]
    at = 0
    while at < len(tokens):
        token = tokens[at]
        word = token["word"]
        rule = rules[-1]
        names_days = word in days or word in _HOLIDAY or word in _DAILY or bool(token["daily"])
        if rule.is_complete and (names_days or token["separator"] == ";"):
            rule = _Rule(goes_on=not names_days)
            rules.append(rule)
        if word in days:
            at = _read_days(tokens, at, days, rule)
            continue
        if token["hour"]:
            at = _read_times(tokens, at, rule)
            continue
        _read_word(token, rule)
        at += 1
    return [rule for rule in rules if not (rule.goes_on and not rule.is_complete)]


def _days(tokens: Sequence[re.Match[str]]) -> dict[str, int]:
    words = [token["word"] for token in tokens if token["word"]]
    try:
        days = days_of_words(word for word in words if word not in _FILLERS | _DASH_WORDS | _OFF)
    except UnclearDay as unclear:
        raise _NotReadable(f"{str(unclear)!r} may be two days, or a month") from None
    for word in words:
        if word in _NOT_WEEKLY and word not in days:
            raise _NotReadable(_NOT_WEEKLY[word])
    return days


def _read_word(token: re.Match[str], rule: _Rule) -> None:
    """Take in whatever is neither a day nor a time of day."""
    word = token["word"]
    if token["always"]:
        rule.times.append((0, _DAY))
    elif token["daily"] or word in _DAILY:
        rule.days.extend(_ALL_DAYS)
    elif word in _HOLIDAY:
        rule.on_holidays = True
    elif word in _OFF:
        if len(rule.times) > 1:
            raise _NotReadable("'off' after several times")
        rule.is_off = True
    elif not token["separator"] and word not in _FILLERS:
        raise _NotReadable(f"{token[0].strip()[:30]!r} is not understood")


def _read_days(tokens: Sequence[re.Match[str]], at: int, days: dict[str, int], rule: _Rule) -> int:
    """Take in a day or a range of days, which may go round the week's end; return what comes next."""
    first = days[tokens[at]["word"]]
    if not _is_dash(tokens, _past_dots(tokens, at + 1)):
        rule.days.append(first)
        return at + 1
    end = _past_dots(tokens, at + 1) + 1
    word = tokens[end]["word"] if end < len(tokens) else None
    if word not in days:
        raise _NotReadable("a range of days without an end")
    rule.days.extend((first + step) % 7 for step in range((days[word] - first) % 7 + 1))
    return end + 1


def _past_dots(tokens: Sequence[re.Match[str]], at: int) -> int:
    """Step over the dot of "Mo.-Fr."."""
    return at + 1 if at < len(tokens) and tokens[at]["separator"] == "." else at


def _is_dash(tokens: Sequence[re.Match[str]], at: int) -> bool:
    return at < len(tokens) and (bool(tokens[at]["dash"]) or tokens[at]["word"] in _DASH_WORDS)


def _read_times(tokens: Sequence[re.Match[str]], at: int, rule: _Rule) -> int:
    """Take in an interval; return what comes next."""
    if rule.is_off:
        raise _NotReadable("times after 'off'")
    end = at + 2
    if not _is_dash(tokens, at + 1) or end >= len(tokens) or not tokens[end]["hour"]:
        raise _NotReadable(f"{tokens[at][0].strip()} has no end")
    opens, closes = _minutes(tokens[at]), _minutes(tokens[end])
    is_guess = _is_bare(tokens[at]) or _is_bare(tokens[end])
    if opens >= _DAY or closes > 2 * _DAY or (is_guess and not _EARLIEST_BARE_HOUR * 60 <= opens < closes):
        raise _NotReadable(f"{tokens[at][0].strip()}-{tokens[end][0].strip()} is not clear")
    if opens == closes == 0:
        rule.is_zero = True
        return end + 1
    if closes == opens or closes - opens > _DAY:
        raise _NotReadable(f"{tokens[at][0].strip()}-{tokens[end][0].strip()} is not clear")
    rule.times.append((opens, closes if closes > opens else closes + _DAY))
    return end + 1


def _minutes(token: re.Match[str]) -> int:
    hour, minute = int(token["hour"]), int(token["minute"] or 0)
    if token["half"]:
        if not 1 <= hour <= 12:
            raise _NotReadable(f"{token[0].strip()} is no time of day")
        hour = hour % 12 + (12 if token["half"] == "p" else 0)
    if hour > 48 or minute > 59:
        raise _NotReadable(f"{token[0].strip()} is no time of day")
    return hour * 60 + minute


def _is_bare(token: re.Match[str]) -> bool:
    """Tell whether a number alone stands for a time: "9", not "9h", "9am" or "9:00"."""
    return not (token["minute"] or token["whole"] or token["half"])


def _week(rules: Sequence[_Rule]) -> tuple[WeeklyInterval, ...]:
    """Return what holds on each weekday after all rules, one after the other."""
    week: list[list[tuple[int, int]]] = [[] for _ in _ALL_DAYS]
    days: Sequence[int] = _ALL_DAYS
    for rule in rules:
        if rule.on_holidays and not rule.days:
            continue
        if not rule.is_complete:
            raise _NotReadable("days without times" if rule.days else "no times in it")
        days = (days if rule.goes_on else _ALL_DAYS) if not rule.days else rule.days
        for day in set(days):
            if rule.is_off and rule.times:
                week[day] = _without(week[day], *rule.times[0])
            elif rule.goes_on and not rule.is_off:
                week[day] = week[day] + rule.times
            else:
                week[day] = list(rule.times)
    return tuple(
        WeeklyInterval(day, _wall_time(opens), _wall_time(closes))
        for day in _ALL_DAYS
        for opens, closes in _merged(week[day])
    )


def _without(times: Sequence[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    parts = [part for opens, closes in times for part in ((opens, min(closes, start)), (max(opens, end), closes))]
    return [(opens, closes) for opens, closes in parts if opens < closes]


def _merged(times: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the times sorted, those that touch or overlap made one; none lasts longer than a day."""
    merged: list[tuple[int, int]] = []
    for opens, closes in sorted(times):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], min(max(merged[-1][1], closes), merged[-1][0] + _DAY))
        else:
            merged.append((opens, closes))
    return merged


def _wall_time(minutes: int) -> time:
    return time(minutes % _DAY // 60, minutes % 60)
