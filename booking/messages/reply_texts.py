"""The words of replies to people who text us, in the active language; links in them are for the number alone."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.customer_input import phone_in_words
from booking.formatting import short_moment_in_words, time_in_words
from booking.links import short_manage_url, store_page_url
from booking.messages.sms_texts import alphabet_in_use
from booking.models import Booking
from stores.models import Store


def late_noted(booking: Booking, minutes: int) -> str:
    """Return the reply to somebody who said by how many minutes they will be late."""
    words = ngettext(
        "{store}: thank you, noted: {minutes} minute late.",
        "{store}: thank you, noted: about {minutes} minutes late.",
        minutes,
    )
    return _written(words.format(store=booking.store.name, minutes=minutes))


def late_asked(booking: Booking) -> str:
    """Return the question by how many minutes somebody will be late."""
    return _written(_("{store}: by how many minutes? Reply a number, such as 10.").format(store=booking.store.name))


def times_offered(booking: Booking, starts: Sequence[datetime]) -> str:
    """Return the nearest times to which a visit may be moved, as a list to choose from by number."""
    words = _("{store}: another time for {when}? Reply a number:\n{times}\nOther days: {link}")
    return _written(
        words.format(
            store=booking.store.name,
            when=_moment(booking.starts_at, booking.store),
            times=_listed([_moment(start, booking.store) for start in starts]),
            link=_link(booking),
        )
    )


def no_times(booking: Booking) -> str:
    """Return the reply where no other time is free nearby."""
    words = _("{store}: no other time is free near yours. Other days: {link}")
    return _written(words.format(store=booking.store.name, link=_link(booking)))


def which_visit(visits: Sequence[Booking]) -> str:
    """Return the question which of several visits is meant."""
    lines = _listed([f"{_moment(visit.starts_at, visit.store)}, {visit.store.name}" for visit in visits])
    return _written(_("Which visit? Reply a number:\n{visits}").format(visits=lines))


def not_possible(store: Store) -> str:
    """Return the reply where something cannot be done by text any more."""
    words = _("{store}: this is not possible by text now. Please phone {phone}.")
    if not store.phone:
        words = _("{store}: this is not possible by text now.")
    return _written(words.format(store=store.name, phone=_phone(store)))


def help_about(store: Store, booking: Booking | None) -> str:
    """Return the reply to a cry for help: the store, its phone, the possible replies, and the word that stops texts."""
    words = _("{store}, {phone}. Reply 1: I come, 2: I do not, LATE 10, MOVE. STOP: no more texts.")
    if not store.phone:
        words = _("{store}. Reply 1: I come, 2: I do not, LATE 10, MOVE. STOP: no more texts.")
    text = words.format(store=store.name, phone=_phone(store))
    return _written(f"{text} {_link(booking) if booking else store_page_url(store.slug)}")


def passed_on(store: Store, *, read_from: datetime | None) -> str:
    """Return the reply where a person has to read the text; `read_from` is when, if it is night."""
    if read_from:
        words = _("{store}: thank you, somebody reads your text from {time} on. In a hurry: {phone}")
        text = words.format(store=store.name, time=time_in_words(read_from, ZoneInfo(store.time_zone)), phone="{phone}")
    else:
        text = _("{store}: thank you, somebody reads your text. In a hurry: {phone}").format(
            store=store.name, phone="{phone}"
        )
    phone = _phone(store) or store_page_url(store.slug)
    return _written(text.replace("{phone}", phone))


def free_times(store: Store, starts: Sequence[datetime]) -> str:
    """Return the first free times of a store, as a list to choose from by number."""
    words = _("{store}: reply a number to book:\n{times}")
    return _written(words.format(store=store.name, times=_listed([_moment(start, store) for start in starts])))


def no_free_times(store: Store) -> str:
    """Return the reply where a store has no free time."""
    words = _("{store}: no time is free at the moment. {link}")
    return _written(words.format(store=store.name, link=store_page_url(store.slug)))


def not_open_yet(store: Store, opens_at: datetime) -> str:
    """Return the reply before a store's bookings open."""
    words = _("{store}: you can book from {when} on. {link}")
    return _written(words.format(store=store.name, when=_moment(opens_at, store), link=store_page_url(store.slug)))


def already_booked(booking: Booking) -> str:
    """Return the reply to somebody who has as many visits as one may have."""
    words = _("{store}: you already have a visit on {when}. Change or cancel: {link}")
    return _written(
        words.format(store=booking.store.name, when=_moment(booking.starts_at, booking.store), link=_link(booking))
    )


def _moment(moment: datetime, store: Store) -> str:
    return short_moment_in_words(moment, ZoneInfo(store.time_zone))


def _link(booking: Booking) -> str:
    return short_manage_url(booking.reference, booking.link_number)


def _phone(store: Store) -> str:
    return phone_in_words(store.phone, country=store.country) if store.phone else ""


def _listed(lines: Sequence[str]) -> str:
    return "\n".join(f"{number}: {line}" for number, line in enumerate(lines, 1))


def _written(text: str) -> str:
    """Return a text in the letters that texts of the active language have, line by line."""
    return "\n".join(alphabet_in_use().written(line) for line in text.split("\n"))
