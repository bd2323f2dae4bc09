"""The words of replies to people who text us, in the active language; links in them are for the number alone.

Each takes no more than our other texts do: what it would say besides is left out first, then the name is shortened.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from itertools import product
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.customer_input import phone_in_words
from booking.formatting import short_moment_in_words, time_in_words
from booking.links import short_manage_url, store_page_url
from booking.messages.sms_texts import (
    FAIR_NAME,
    alphabet_in_use,
    moment_in_figures,
    said_name,
    shortened,
    written,
)
from booking.models import Booking
from stores.models import Store

LEAST_NAME_OF_MANY = 10  # where a text names several stores
_SayMoment = Callable[[datetime, ZoneInfo], str]
_MOMENTS: tuple[_SayMoment, ...] = (short_moment_in_words, moment_in_figures)


def late_noted(booking: Booking, minutes: int) -> str:
    """Return the reply to somebody who said by how many minutes they will be late."""
    words = ngettext(
        "{store}: thank you, noted: {minutes} minute late.",
        "{store}: thank you, noted: about {minutes} minutes late.",
        minutes,
    )
    return _fitting(booking.store, [partial(words.format, minutes=minutes)])


def late_asked(booking: Booking) -> str:
    """Return the question by how many minutes somebody will be late."""
    return _fitting(booking.store, [_("{store}: by how many minutes? Reply with a number, such as 10.").format])


def times_offered(booking: Booking, starts: Sequence[datetime]) -> str:
    """Return the nearest times to which a visit may be moved, as a list to choose from by number."""
    store, link = booking.store, _link(booking)
    ways = (
        _("{store}: another time for {when}? Reply with a number:\n{times}\nOther days: {link}"),
        _("{store}: another time for {when}? Reply with a number:\n{times}"),
        _("{store}: reply with a number:\n{times}\nOther days: {link}"),
        _("{store}: another time? Reply with a number:\n{times}"),
    )
    return _fitting(
        store,
        (
            partial(
                words.format, when=_moment(booking.starts_at, store, say), times=_times(starts, store, say), link=link
            )
            for words, say in product(ways, _MOMENTS)
        ),
    )


def no_times(booking: Booking) -> str:
    """Return the reply where no other time is free nearby."""
    words = _("{store}: no other time is free near yours. Other days: {link}")
    return _fitting(booking.store, [partial(words.format, link=_link(booking))])


def which_visit(visits: Sequence[Booking]) -> str:
    """Return the question which of several visits is meant: of the next ones, where there are too many for a text."""
    words, room = _("Which visit? Reply with a number:\n{visits}"), alphabet_in_use().room
    length, text = alphabet_in_use().length, ""
    for count in range(len(visits), 0, -1):
        for say, has_whole_names in ((_MOMENTS[0], True), (_MOMENTS[1], True), (_MOMENTS[1], False)):
            times = [_moment(visit.starts_at, visit.store, say) for visit in visits[:count]]
            bare = words.format(visits=_listed([f"{time}, " for time in times]))
            each = (room - length(_written(bare))) // count
            names = [said_name(visit.store.name) for visit in visits[:count]]
            if not has_whole_names and each >= LEAST_NAME_OF_MANY:
                names = [shortened(name, each) for name in names]
            lines = [f"{time}, {name}" for time, name in zip(times, names, strict=True)]
            text = _written(words.format(visits=_listed(lines)))
            if length(text) <= room:
                return text
    return text


def not_possible(store: Store) -> str:
    """Return the reply where something cannot be done by text any more."""
    words = _("{store}: this is not possible by text now. Please phone {phone}.")
    if not store.phone:
        words = _("{store}: this is not possible by text now.")
    return _fitting(store, [partial(words.format, phone=_phone(store))])


def help_about(store: Store, booking: Booking | None) -> str:
    """Return the reply to a cry for help: the store, its phone, the possible replies, and the word that stops texts."""
    words = _("{store}, {phone}. Reply 1: coming, 2: not coming, LATE 10, MOVE. STOP: no more texts.")
    if not store.phone:
        words = _("{store}. Reply 1: coming, 2: not coming, LATE 10, MOVE. STOP: no more texts.")
    link = _link(booking) if booking else store_page_url(store.slug)
    ways = (f"{words} {{link}}", words)
    return _fitting(store, (partial(way.format, phone=_phone(store), link=link) for way in ways))


def passed_on(store: Store, *, read_from: datetime | None) -> str:
    """Return the reply where a person has to read the text; `read_from` is when, if it is night."""
    if read_from:
        ways = (
            _("{store}: thank you, we read your text from {time} on. Urgent? {phone}"),
            _("{store}: thank you, we read your text from {time} on."),
        )
        time = time_in_words(read_from, ZoneInfo(store.time_zone))
    else:
        ways = (
            _("{store}: thank you, somebody will read your text. Urgent? {phone}"),
            _("{store}: thank you, somebody will read your text."),
        )
        time = ""
    phone = _phone(store) or store_page_url(store.slug)
    return _fitting(store, (partial(words.format, time=time, phone=phone) for words in ways))


def free_times(store: Store, starts: Sequence[datetime]) -> str:
    """Return the first free times of a store, as a list to choose from by number."""
    words = _("{store}: reply with a number to book:\n{times}")
    return _fitting(store, (partial(words.format, times=_times(starts, store, say)) for say in _MOMENTS))


def no_free_times(store: Store) -> str:
    """Return the reply where a store has no free time."""
    ways = (_("{store}: no time is free at the moment. {link}"), _("{store}: no time is free at the moment."))
    return _fitting(store, (partial(words.format, link=store_page_url(store.slug)) for words in ways))


def not_open_yet(store: Store, opens_at: datetime) -> str:
    """Return the reply before a store's bookings open."""
    ways = (_("{store}: you can book from {when} on. {link}"), _("{store}: you can book from {when} on."))
    link = store_page_url(store.slug)
    return _fitting(
        store,
        (
            partial(words.format, when=_moment(opens_at, store, say), link=link)
            for words, say in product(ways, _MOMENTS)
        ),
    )


def already_booked(booking: Booking) -> str:
    """Return the reply to somebody who has as many visits as one may have."""
    store, link = booking.store, _link(booking)
    ways = (
        _("{store}: you already have a visit on {when}. Change or cancel: {link}"),
        _("{store}: you already have a visit on {when}. {link}"),
    )
    return _fitting(
        store,
        (
            partial(words.format, when=_moment(booking.starts_at, store, say), link=link)
            for words, say in product(ways, _MOMENTS)
        ),
    )


def _fitting(store: Store, ways: Iterable[Callable[..., str]]) -> str:
    """Return a reply in the first of these ways that leaves room for the store's name, or in the last.

    There the name is cut, at a word where it can be.
    """
    alphabet, name = alphabet_in_use(), said_name(store.name)
    wanted = min(alphabet.length(name), FAIR_NAME)
    for say in ways:
        room = alphabet.room - alphabet.length(_written(say(store="-"))) + 1
        if room >= wanted:
            break
    return _written(say(store=shortened(name, room)))


def _moment(moment: datetime, store: Store, say: _SayMoment) -> str:
    return say(moment, ZoneInfo(store.time_zone))


def _times(starts: Sequence[datetime], store: Store, say: _SayMoment) -> str:
    return _listed([_moment(start, store, say) for start in starts])


def _link(booking: Booking) -> str:
    return short_manage_url(booking.reference, booking.link_number)


def _phone(store: Store) -> str:
    return phone_in_words(store.phone, country=store.country) if store.phone else ""


def _listed(lines: Sequence[str]) -> str:
    return "\n".join(f"{number}: {line}" for number, line in enumerate(lines, 1))


def _written(text: str) -> str:
    """Return a text in the letters that texts of the active language have, line by line."""
    first, *others = text.split("\n")
    return "\n".join([written(first), *(alphabet_in_use().written(line) for line in others)])
