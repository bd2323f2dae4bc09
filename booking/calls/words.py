"""What a caller hears: one sentence a line, in the caller's language, short and slow enough to be remembered."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.formatting import day_in_words, refusal_sentence, time_in_words
from booking.refusals import Refusal
from stores.hours import ONE_DAY


def welcome(store: str) -> str:
    """Greet in one language, and say the key for it; both languages are said one after the other."""
    key = {"fr": 1, "en": 2}[(translation.get_language() or "en")[:2]]
    # Translators: said by phone in each language; the key is the one for the language of this sentence.
    return _("{store}. For English, press {key}.").format(store=store, key=key)


def wishes() -> list[str]:
    """Offer to book or to change, and a person at any moment."""
    return [
        _("To book a visit, press 1."),
        _("To change or cancel a visit, press 2."),
        _("To speak to somebody, press 0, now or at any moment."),
    ]


def kinds(names: Sequence[str]) -> list[str]:
    """Offer the kinds of visit by their keys."""
    return [_("{name}: press {key}.").format(name=name, key=key) for key, name in enumerate(names, 1)]


def times(offered: Sequence[datetime], zone: ZoneInfo, *, today: date) -> list[str]:
    """Offer free times by their keys, and later ones."""
    said = [
        _("{key}: {moment}.").format(key=key, moment=moment_said(moment, zone, today=today))
        for key, moment in enumerate(offered, 1)
    ]
    return [_("Press the number of the time that suits you."), *said, _("For later times, press 4.")]


def moment_said(moment: datetime, zone: ZoneInfo, *, today: date) -> str:
    """Return a time as it is said: today and tomorrow by these words."""
    day = moment.astimezone(zone).date()
    words = _("today") if day == today else _("tomorrow") if day == today + ONE_DAY else day_in_words(day)
    return _("{day} at {time}").format(day=words, time=time_in_words(moment, zone))


def not_open_yet(moment: str) -> str:
    """Say from when on visits can be booked."""
    return _("Bookings are not open yet. They open {moment}.").format(moment=moment)


def question_to_book(moment: str) -> list[str]:
    """Ask whether a kept time is to be booked."""
    return [
        _("{moment} is kept for you.").format(moment=moment),
        _("To book it, press 1. To hear other times, press 2."),
    ]


def question_to_change(moment: str) -> list[str]:
    """Ask what is to be done with a visit."""
    return [
        _("Your visit is {moment}.").format(moment=moment),
        _("For another time, press 1. To cancel it, press 2."),
    ]


def question_to_cancel(moment: str) -> list[str]:
    """Ask for the second yes."""
    return [_("To cancel your visit {moment}, press 1. To keep it, press 2.").format(moment=moment)]


def booked(moment: str, reference: str, *, gets_text: bool) -> list[str]:
    """Say that a visit is booked, and its reference twice."""
    told = (
        _("A text message with it is on its way.")
        if gets_text
        else _("No text message reaches this number: please write the reference down.")
    )
    said = spelled(reference)
    return [
        _("Your visit is booked: {moment}.").format(moment=moment),
        _("Your reference is {reference}.").format(reference=said),
        _("Once more: {reference}.").format(reference=said),
        told,
        _("Goodbye."),
    ]


def moved(moment: str) -> list[str]:
    """Say that a visit has another time."""
    return [_("Your visit is now {moment}.").format(moment=moment), _("Goodbye.")]


def cancelled() -> list[str]:
    """Say that a visit is cancelled."""
    return [_("Your visit is cancelled."), _("Goodbye.")]


def kept() -> list[str]:
    """Say that a visit stays as it is."""
    return [_("Your visit stays as it is."), _("Goodbye.")]


def refused(reason: Refusal) -> list[str]:
    """Say why something is not possible."""
    return [refusal_sentence(reason)]


def several(count: int) -> str:
    """Say that of several visits the next one is meant."""
    return ngettext(
        "You have {count} visit here.", "You have {count} visits here. This is about the next one.", count
    ).format(count=count)


def spelled(reference: str) -> str:
    """Return a reference, one character after the other with a pause between them."""
    return ", ".join(reference)


def no_number() -> str:
    """Say why a caller who hides their number cannot book without a person."""
    return _("Your number is hidden, so nothing can be booked by keys.")


def no_visit() -> str:
    """Say that no visit belongs to the caller's number."""
    return _("No visit is booked with your number.")


def nothing_free() -> str:
    """Say that no time is free."""
    return _("No time is free in the next weeks.")


def too_many_tries() -> str:
    """Say that a limit was reached."""
    return _("There were too many tries with this number.")


def to_person() -> str:
    """Say that a person's phone rings now."""
    return _("One moment, please.")


def nobody_there() -> str:
    """Say that nobody picked up, or that the store has no phone."""
    return _("Nobody can take your call now. You can also come by without booking. Goodbye.")


def not_understood() -> str:
    """Say that the key was none of those offered, or that none was pressed."""
    return _("Please press one of these keys.")


def goodbye() -> str:
    """End a call in which no key is pressed."""
    return _("Goodbye.")
