"""Texts of SMS in the active language: one segment of GSM-7, or two of UCS-2 if the language needs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from booking.formatting import (
    moment_in_words,
    short_moment_in_words,
    short_weekday,
    time_in_words,
    weekday_and_time_in_words,
)
from notifications.alphabets import GSM7, RIGHT_TO_LEFT, UCS2, Alphabet

LEAST_NAME = 20  # septets that a store's name keeps at least
LEAST_NAME_UCS2 = 12
GOOD_NAME = 30  # septets it should have before the day is spelled out
FAIR_NAME = 24  # and before more is said than the message must say
LONGEST_TIME = "22 h 45"
UNTIL_ANOTHER_DAY = frozenset({"choose_again"})  # where the last moment to answer may be on another day
# Their letters are not in GSM-7.
_UCS2_LANGUAGES = frozenset({"ar", "uk"})
_FROM_THE_RIGHT = frozenset({"ar"})
_ASKING = frozenset({"reminder"})  # they ask for an answer if there is room for the question


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """One way to say a text: the moment in more or fewer words, and what else it says if there is room."""

    when: str
    may_reply: bool
    was: str = ""
    until: str = ""
    least_name: int


def sms_text(
    template: str,
    *,
    store_name: str,
    starts_at: datetime,
    zone: ZoneInfo,
    link: str,
    may_reply: bool = False,
    was: datetime | None = None,
    until: datetime | None = None,
) -> str:
    """Return a text message that fits: first the day is shortened, then more is left unsaid, then the name shortened.

    `may_reply` asks for an answer, `was` names the former time, both if there is room. `until` is the last moment to
    answer.
    """
    with translation.override(text_language(template)):
        alphabet = alphabet_in_use()
        name = said_name(store_name)
        for form in _forms(template, starts_at, zone, may_reply=may_reply, was=was, until=until):
            context = {"when": form.when, "link": link, "may_reply": form.may_reply, "was": form.was}
            context["until"] = form.until
            room = _room(template, context)
            if room >= min(alphabet.length(name), form.least_name):
                break
        return _sms(template, **context, store=shortened(name, room))


def link_text(template: str, *, store_name: str, link: str) -> str:
    """Return a text message that is not about a single visit."""
    with translation.override(text_language(template)):
        room = room_for_name(template, when="", link=link)
        return _sms(template, store=shortened(said_name(store_name), room), link=link)


def turn_text(store_name: str) -> str:
    """Return the text message for a person in the line of a store."""
    with translation.override(text_language("nearly_turn")):
        name = said_name(store_name)
        return _sms("nearly_turn", store=shortened(name, room_for_name("nearly_turn", when="", link="")))


def text_language(template: str) -> str:
    """Return the active language, or English if it does not have the whole text yet: never a mixture."""
    language = translation.get_language() or "en"
    return language if _is_translated(template, language) else "en"


def alphabet_in_use() -> Alphabet:
    """Return the alphabet of text messages in the active language."""
    return UCS2 if (translation.get_language() or "") in _UCS2_LANGUAGES else GSM7


def room_for_name(template: str, *, when: str, link: str, may_reply: bool = False, until: str = LONGEST_TIME) -> int:
    """Return the room for the store's name in a text message that says no more than it must."""
    return _room(template, {"when": when, "link": link, "may_reply": may_reply, "until": until})


def least_name() -> int:
    """Return the least room for the store's name in texts of the active language."""
    return _least_name(alphabet_in_use())


def written(text: str) -> str:
    """Return a text in the alphabet of text messages in the active language."""
    # A line that begins with a name in Latin letters would run from left to right.
    is_marked = translation.get_language() in _FROM_THE_RIGHT and not text.startswith(RIGHT_TO_LEFT)
    return alphabet_in_use().written(RIGHT_TO_LEFT + text if is_marked else text)


def shortest_moment(starts_at: datetime, zone: ZoneInfo) -> str:
    """Return "Tue 4/3, 10:15": the shortest form, for a text with little room."""
    return short_moment_in_words(starts_at, zone) if alphabet_in_use() is GSM7 else moment_in_figures(starts_at, zone)


def moment_in_figures(starts_at: datetime, zone: ZoneInfo) -> str:
    """Return "Tue 4/3, 10:15", also where texts usually name the month."""
    day = starts_at.astimezone(zone).date()
    words = f"{short_weekday(day)} {day.day}/{day.month}"
    return _("{day}, {time}").format(day=words, time=time_in_words(starts_at, zone))


def shortened(name: str, room: int) -> str:
    """Return as much of a name as fits in `room`, cut between words unless that leaves little."""
    length = alphabet_in_use().length
    cut = name
    while length(cut) > room:
        cut = cut[:-1]
    if cut != name and name[len(cut)] != " ":
        words = cut.rpartition(" ")[0]
        cut = words if length(words) >= room // 2 else cut
    return cut if cut == name else cut.rstrip(" ,;:-(&+/")


def said_name(store_name: str) -> str:
    """Return a store's name in the alphabet of the texts, or other words if none of it can be written."""
    return alphabet_in_use().name(" ".join(store_name.split())) or alphabet_in_use().written(_("Your store"))


def _forms(
    template: str,
    starts_at: datetime,
    zone: ZoneInfo,
    *,
    may_reply: bool,
    was: datetime | None,
    until: datetime | None,
) -> list[_Form]:
    """Return the forms of a text, the one that says most first."""
    long, short, shortest = (say(starts_at, zone) for say in (moment_in_words, short_moment_in_words, shortest_moment))
    last = until_in_words(template, until, zone) if until else ""
    asks = may_reply and template in _ASKING
    always = may_reply and not asks
    least = least_name()
    more = [
        _Form(when=long, may_reply=may_reply, was=moment_in_words(was, zone) if was else "", until=last,
              least_name=GOOD_NAME),
        _Form(when=short, may_reply=may_reply, was=short_moment_in_words(was, zone) if was else "", until=last,
              least_name=FAIR_NAME),
    ]  # fmt: skip
    return [
        *(more if asks or was else ()),
        _Form(when=long, may_reply=always, until=last, least_name=least if asks or was else GOOD_NAME),
        _Form(when=short, may_reply=always, until=last, least_name=GOOD_NAME if shortest != short else least),
        _Form(when=shortest, may_reply=always, until=last, least_name=least),
    ]


def until_in_words(template: str, until: datetime, zone: ZoneInfo) -> str:
    """Return the last moment to answer: its time, with the day if it may be another one."""
    if template in UNTIL_ANOTHER_DAY:
        return weekday_and_time_in_words(until, zone)
    return time_in_words(until, zone)


def _room(template: str, context: Mapping[str, object]) -> int:
    """Return the room for the store's name in a text, in septets or UCS-2 units."""
    alphabet = alphabet_in_use()
    return alphabet.room - alphabet.length(_sms(template, **context, store="-")) + 1


def _least_name(alphabet: Alphabet) -> int:
    return LEAST_NAME if alphabet is GSM7 else LEAST_NAME_UCS2


@cache
def _is_translated(template: str, language: str) -> bool:
    if language in settings.STAFF_LANGUAGES:  # languages with complete catalogues
        return True
    blanks = dict.fromkeys(("store", "when", "link", "until"), "-")
    with translation.override(language):
        own = _sms(template, may_reply=False, **blanks)
    with translation.override("en"):
        return own != _sms(template, may_reply=False, **blanks)


def _sms(template: str, **context: object) -> str:
    return written(render_to_string(f"sms/{template}.txt", context).strip())
