"""Formatting: days, times, places and refusals in words, in the active language and the store's time zone."""

import re
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.dates import MONTHS, MONTHS_ALT, MONTHS_AP, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import get_language, gettext_noop, ngettext, pgettext
from django.utils.translation import gettext as _

from booking.refusals import Refusal
from stores.models import Store

_WORDS_KEPT = 5_000  # of days and times with their language: a page asks for the same ones again and again
# The names that imported stores start with; stored in English, shown in the reader's language.
DEFAULT_NAMES = (gettext_noop("Visit"), gettext_noop("Advice"), gettext_noop("Main desk"))


def unbroken(words: str) -> str:
    """Return words without line breaks inside: « 10 h 15 », a phone number."""
    return words.replace(" ", "\N{NO-BREAK SPACE}")


def numbers_unbroken(text: str) -> str:
    """Return a sentence in which no line break separates the digits of a number, as in 06 12 34 56 78."""
    return re.sub(r"(?<=\d) (?=\d)", "\N{NO-BREAK SPACE}", text)


def day_in_words(day: date) -> str:
    """Return "Tuesday 4 March", « mardi 4 mars »; no line break separates the number from its month."""
    return _day_in_words(day, get_language())


@lru_cache(maxsize=_WORDS_KEPT)
def _day_in_words(day: date, _language: str | None) -> str:
    text = _("{weekday} {day} {month}").format(weekday=_weekday(day), day=_day_number(day), month=_month(day))
    return _parted_after_weekday(text)


def dated_day_in_words(day: date) -> str:
    """Return "Monday 22 February 2027", « lundi 22 février 2027 », for days that may be in another year."""
    text = _("{weekday} {day} {month} {year}").format(
        weekday=_weekday(day), day=_day_number(day), month=_month(day), year=day.year
    )
    return _parted_after_weekday(text)


def short_day_in_words(day: date) -> str:
    """Return "Tue 4 March", « mar 4 mars », where a text has little room."""
    weekday, month = short_weekday(day), str(MONTHS_AP[day.month])
    if _is_ukrainian():
        month = month.lower()
    return _parted_after_weekday(_("{weekday} {day} {month}").format(weekday=weekday, day=day.day, month=month))


def short_weekday(day: date) -> str:
    """Return "Tue", « mar »."""
    weekday = str(WEEKDAYS_ABBR[day.weekday()])
    return weekday.lower() if _is_ukrainian() else weekday


def stretch_in_words(first: date, last: date) -> str:
    """Return "23 – 29 November", "30 November – 6 December"; a single day by its own name."""
    ends = _day_of_month_in_words(last)
    if first == last:
        return ends
    if first.month == last.month:
        begins = pgettext("a day whose month is named after it", "{day}").format(day=_day_number(first))
    else:
        begins = _day_of_month_in_words(first)
    return _("{first} – {last}").format(first=begins, last=ends)


def time_in_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return "10:15", « 10 h 15 », unbroken; in an hour that a clock change repeats, with the zone's abbreviation."""
    return WordsOfTimes().time(moment.astimezone(zone))


def wall_time_in_words(at: time) -> str:
    """Return a time of day that belongs to no date, as `time_in_words` does."""
    return _clock_in_words(at.hour, at.minute, get_language())


@lru_cache(maxsize=_WORDS_KEPT)
def _clock_in_little_room(hour: int, minute: int, _language: str | None) -> str:
    """Return "10:15" where a language says more in a sentence: "10:15 Uhr"."""
    text = pgettext("a time among others, in little room", "{hour}:{minute:02d}")
    return unbroken(text.format(hour=f"{hour:02d}" if _is_english() else hour, minute=minute))


@lru_cache(maxsize=_WORDS_KEPT)
def _clock_in_words(hour: int, minute: int, _language: str | None) -> str:
    text = _("{hour}:{minute:02d}").format(hour=f"{hour:02d}" if _is_english() else hour, minute=minute)
    return unbroken(text)


def said_time_in_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return a time as a sentence has it: "10:15", but « 9 h » for what stands as « 9 h 00 » in a column of times."""
    local = moment.astimezone(zone)
    if local.minute or _is_repeated(local):
        return time_in_words(moment, zone)
    hour = f"{local.hour:02d}" if _is_english() else local.hour
    return unbroken(pgettext("a full hour in a sentence", "{hour}:00").format(hour=hour))


def short_moment_in_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return "Tue 4 March, 10:15", « mar 4 mars à 10 h 15 », where a text has little room."""
    day = short_day_in_words(moment.astimezone(zone).date())
    return _("{day}, {time}").format(day=day, time=said_time_in_words(moment, zone))


def coming_moment_in_words(moment: datetime, zone: ZoneInfo, *, now: datetime) -> str:
    """Return "today 14:15", "tomorrow 9:00", « demain 9 h », "Thu 26 November, 9:00", for a moment to come."""
    days = (moment.astimezone(zone).date() - now.astimezone(zone).date()).days
    time = said_time_in_words(moment, zone)
    if days == 0:
        return _("today {time}").format(time=time)
    if days == 1:
        return _("tomorrow {time}").format(time=time)
    return short_moment_in_words(moment, zone)


def weekday_and_time_in_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return "Tue 10:15", « mar 10 h 15 », for a moment within the next days."""
    return f"{short_weekday(moment.astimezone(zone).date())} {said_time_in_words(moment, zone)}"


def moment_in_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return "Tuesday 4 March, 10:15", « mardi 4 mars à 10 h 15 »."""
    day = day_in_words(moment.astimezone(zone).date())
    return _("{day}, {time}").format(day=day, time=said_time_in_words(moment, zone))


def dated_moment_in_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return "Tuesday 4 March 2027, 10:15", « mardi 4 mars 2027 à 10 h 15 »."""
    day = dated_day_in_words(moment.astimezone(zone).date())
    return _("{day}, {time}").format(day=day, time=said_time_in_words(moment, zone))


def places_in_words(places: int) -> str:
    """Return "2 places left", "last place"."""
    return _places_in_words(places, get_language())


@lru_cache(maxsize=_WORDS_KEPT)
def _places_in_words(places: int, _language: str | None) -> str:
    if places == 1:
        return _("last place")
    return ngettext("{count} place left", "{count} places left", places).format(count=places)


class WordsOfTimes:
    """Days, times and places in words, for many times of one page: its language is looked up once."""

    def __init__(self) -> None:
        self._language = get_language()

    def day(self, day: date) -> str:
        """Return a day as `day_in_words` does."""
        return _day_in_words(day, self._language)

    def time(self, local: datetime) -> str:
        """Return an instant in its store's zone as `time_in_words` does."""
        return _with_zone(_clock_in_words(local.hour, local.minute, self._language), local)

    def clock(self, local: datetime) -> str:
        """Return the same in as little room as the language allows, for a grid of times."""
        return _with_zone(_clock_in_little_room(local.hour, local.minute, self._language), local)

    def places(self, places: int) -> str:
        """Return places as `places_in_words` does."""
        return _places_in_words(places, self._language)


def visit_type_name(name: str) -> str:
    """Return the name of a visit type or a desk; default names are in the active language."""
    return _(name) if name in DEFAULT_NAMES else name


def spoken_language(code: str) -> str:
    """Return the name of a language that is spoken at desks, in that language; signed ones in the reader's."""
    return dict(settings.LANGUAGES).get(code) or _("French Sign Language")


def store_address(store: Store) -> str:
    """Return the address on one line."""
    town = " ".join(part for part in (store.postal_code, store.town) if part)
    return ", ".join(part for part in (store.street, town) if part)


def csv_delimiter() -> str:
    """Return the column separator of this language's spreadsheets: a semicolon where numbers have a decimal comma."""
    return "," if (get_language() or "en").startswith("en") else ";"


def first_name_and_initial(name: str) -> str:
    """Return "Ada T.": the form of a name for a public screen or a shared calendar."""
    words = name.split()
    if len(words) < 2:
        return words[0] if words else ""
    return f"{words[0]} {words[-1][0]}."


def fact_and_advice(text: str) -> tuple[str, str]:
    """Return what happened, as one sentence fit for a title, and what to do next, "" where there is no advice."""
    fact, stop, advice = text.partition(". ")
    return fact + stop.rstrip(), advice


def refusal_sentence(reason: Refusal) -> str:
    """Return the sentence that tells the customer why, and what to do next."""
    return {
        Refusal.NOT_FOUND: _("This does not exist, or no longer."),
        Refusal.NOT_PERMITTED: _("Only a manager of this store may do this."),
        Refusal.SLOT_FULL: _("This time has just been taken. Please choose another one."),
        Refusal.SLOT_CLOSED: _("The store does not take visits at this time. Please choose another one."),
        Refusal.TOO_SOON: _("This time is too close. Please choose a later one, or phone the store."),
        Refusal.TOO_LATE: _("It is too late to do this here. Please phone the store."),
        Refusal.TOO_FAR_AHEAD: _("This day is too far ahead. Please choose an earlier one."),
        Refusal.PARTY_TOO_LARGE: _("This is too many people for one visit. Please phone the store."),
        Refusal.TOO_MANY_OPEN_BOOKINGS: _("You already have visits booked here. Change or cancel one of them first."),
        Refusal.HOLD_EXPIRED: _("The place is no longer kept for you. Please choose a time again."),
        Refusal.WRONG_STATUS: _("This cannot be done with the visit as it is now."),
        Refusal.BOOKINGS_AFFECTED: _("Some visits no longer fit. Say what is to happen with them."),
    }[reason]


def _day_of_month_in_words(day: date) -> str:
    return unbroken(_("{day} {month}").format(day=_day_number(day), month=_month(day)))


def _parted_after_weekday(text: str) -> str:
    """Return a day in which a line may break only after the weekday, which comes first in every language."""
    return unbroken(text).replace("\N{NO-BREAK SPACE}", " ", 1)


def _day_number(day: date) -> str:
    is_french_first = day.day == 1 and (translation.get_language() or "").startswith("fr")
    return "1er" if is_french_first else str(day.day)


def _weekday(day: date) -> str:
    # Django capitalizes the Ukrainian weekdays as at the start of a sentence.
    return str(WEEKDAYS[day.weekday()]).lower() if _is_ukrainian() else str(WEEKDAYS[day.weekday()])


def _month(day: date) -> str:
    """Return the month as written after a day: in the genitive where the language has one."""
    return str(MONTHS_ALT[day.month] if _is_ukrainian() else MONTHS[day.month])


def _is_ukrainian() -> bool:
    return (translation.get_language() or "").startswith("uk")


def _is_english() -> bool:
    return (translation.get_language() or "en").startswith("en")


def _with_zone(words: str, local: datetime) -> str:
    """Return a time's words, with the zone's abbreviation in an hour that a clock change repeats."""
    return unbroken(f"{words} ({local.tzname()})") if _is_repeated(local) else words


def _is_repeated(local: datetime) -> bool:
    """Tell whether wall clocks show this time twice that day (times in a gap are never shown)."""
    first, second = local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()
    return first is not None and second is not None and first > second
