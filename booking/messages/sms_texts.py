"""Texts of SMS in the active language: one segment of GSM-7, or two of UCS-2 if the language needs it."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from booking.formatting import moment_in_words, short_day_in_words, time_in_words
from notifications.alphabets import GSM7, UCS2, Alphabet

LEAST_NAME = 20  # septets that a store's name keeps at least
LEAST_NAME_UCS2 = 12
GOOD_NAME = 30  # septets it should have before the day is spelled out
LONGEST_TIME = "22 h 45"
# Their letters are not in GSM-7.
_UCS2_LANGUAGES = frozenset({"ar", "uk"})


def sms_text(
    template: str,
    *,
    store_name: str,
    starts_at: datetime,
    zone: ZoneInfo,
    link: str,
    may_reply: bool = False,
    until: str = LONGEST_TIME,
    own_words: Mapping[str, str] | None = None,
) -> str:
    """Return a text message that fits: first the day is shortened, then the store's name.

    `may_reply` asks for an answer if there is room for the question; `until` is the end of a kept place. `own_words` is
    the store's own sentence, by language: it comes last and may cost a second segment.
    """
    language = text_language(template)
    with translation.override(language):
        alphabet = alphabet_in_use()
        name = _name_said(store_name)
        forms = _forms(starts_at, zone, may_reply=may_reply)
        for when, asks in forms:
            room = room_for_name(template, when=when, link=link, may_reply=asks, until=until)
            if room >= min(alphabet.length(name), GOOD_NAME if when == forms[0][0] else _least_name(alphabet)):
                break
        text = _sms(template, store=shortened(name, room), when=when, link=link, may_reply=asks, until=until)
        own = (own_words or {}).get(language, "")
        return alphabet.written(f"{text} {own}") if own else text


def link_text(template: str, *, link: str) -> str:
    """Return a text message that is not about a single visit."""
    with translation.override(text_language(template)):
        return _sms(template, link=link)


def turn_text(store_name: str) -> str:
    """Return the text message for a person in the line of a store."""
    with translation.override(text_language("nearly_turn")):
        name = _name_said(store_name)
        return _sms("nearly_turn", store=shortened(name, room_for_name("nearly_turn", when="", link="")))


def text_language(template: str) -> str:
    """Return the active language, or English if it does not have the whole text yet: never a mixture."""
    language = translation.get_language() or "en"
    return language if _is_translated(template, language) else "en"


def alphabet_in_use() -> Alphabet:
    """Return the alphabet of text messages in the active language."""
    return UCS2 if (translation.get_language() or "") in _UCS2_LANGUAGES else GSM7


def room_for_name(template: str, *, when: str, link: str, may_reply: bool = False, until: str = LONGEST_TIME) -> int:
    """Return the room for the store's name in a text message, in septets or UCS-2 units."""
    alphabet = alphabet_in_use()
    with_one = _sms(template, store="-", when=when, link=link, may_reply=may_reply, until=until)
    return alphabet.room - alphabet.length(with_one) + 1


def least_name() -> int:
    """Return the least room for the store's name in texts of the active language."""
    return _least_name(alphabet_in_use())


def short_moment(starts_at: datetime, zone: ZoneInfo) -> str:
    """Return "Tue 4 March, 10:15", « mar 4 mars à 10 h 15 »."""
    words = short_day_in_words(starts_at.astimezone(zone).date())
    return _("{day}, {time}").format(day=words, time=time_in_words(starts_at, zone))


def shortest_moment(starts_at: datetime, zone: ZoneInfo) -> str:
    """Return "4/3, 10:15": the shortest form, for a text with little room."""
    if alphabet_in_use() is GSM7:
        return short_moment(starts_at, zone)
    day = starts_at.astimezone(zone).date()
    return _("{day}, {time}").format(day=f"{day.day}/{day.month}", time=time_in_words(starts_at, zone))


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


def _name_said(store_name: str) -> str:
    """Return a store's name in the alphabet of the texts, or other words if none of it can be written."""
    return alphabet_in_use().name(" ".join(store_name.split())) or alphabet_in_use().written(_("Your store"))


def _forms(starts_at: datetime, zone: ZoneInfo, *, may_reply: bool) -> list[tuple[str, bool]]:
    """Return the forms of the moment, longest first, each with whether the text then asks for an answer."""
    long, short = moment_in_words(starts_at, zone), short_moment(starts_at, zone)
    forms = [(long, True)] if may_reply else []
    return [*forms, (long, False), (short, False), (shortest_moment(starts_at, zone), False)]


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
    return alphabet_in_use().written(render_to_string(f"sms/{template}.txt", context).strip())
