"""A store's own texts in messages: filled with what a customer's visit has, or ours where they cannot be used."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import translation

from booking.customer_input import phone_in_words
from booking.formatting import (
    day_in_words,
    moment_in_words,
    short_day_in_words,
    short_moment_in_words,
    store_address,
    time_in_words,
)
from booking.messages.placeholders import STANDARD, filled
from booking.messages.sms_texts import FAIR_NAME, said_name, shortened, until_in_words, written
from booking.models import Booking, WaitingListEntry
from booking.templatetags.carillon import reference as reference_in_words
from notifications.segments import segments
from stores.models import Store, VisitMode

MOST_SEGMENTS = 4  # a text that takes more is not sent: ours goes instead


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFacts:
    """What a text may say of a visit, an offer, or somebody's turn; what is empty is not known of it."""

    store_name: str
    zone: ZoneInfo
    starts_at: datetime | None = None
    link: str = ""
    reference: str = ""
    phone: str = ""
    address: str = ""
    bring: str = ""
    until: datetime | None = None
    was: datetime | None = None


def own_text(store: Store, channel: str, name: str) -> str:
    """Return the store's own text for a message in the active language, "" if it has none."""
    language = translation.get_language() or ""
    return str(store.own_texts.get(channel, {}).get(name, {}).get(language, ""))


def own_or_standard(store: Store, name: str, facts: VisitFacts, standard: Callable[[], str]) -> str:
    """Return the store's own text message in the active language, or ours.

    Ours goes where the store wrote none, where a placeholder has no value for this visit, and where the text would take
    more than MOST_SEGMENTS.
    """
    text = own_text(store, "sms", name)
    return (own_sms(text, name, facts, standard=standard) if text else None) or standard()


def own_sms(text: str, name: str, facts: VisitFacts, *, standard: Callable[[], str]) -> str | None:
    """Return an own text with its values, said as shortly as saves a segment; None if it cannot be used."""
    said = [
        written(whole)
        for values in _ways_to_say(name, facts, standard() if f"{{{STANDARD}}}" in text else "")
        if (whole := filled(text, values)) is not None
    ]
    best = min(said, key=segments, default=None)  # the first of those that are equally cheap: it says most
    return best if best is not None and segments(best) <= MOST_SEGMENTS else None


def own_paragraph(store: Store, name: str, facts: VisitFacts) -> str:
    """Return the store's own paragraph for an e-mail in the active language, "" if there is none."""
    text = own_text(store, "email", name)
    return paragraph(text, name, facts) if text else ""


def paragraph(text: str, name: str, facts: VisitFacts) -> str:
    """Return a paragraph with its values; "" if one of them is not known of this visit."""
    values = next(_ways_to_say(name, facts, ""))
    return filled(text, {**values, "store": " ".join(facts.store_name.split())}) or ""


def facts_of_visit(booking: Booking, *, link: str, was: datetime | None = None) -> VisitFacts:
    """Return what a text may say of a booked visit."""
    return replace(
        _facts_at_store(booking),
        starts_at=booking.starts_at,
        reference=reference_in_words(booking.reference),
        until=booking.answer_until,
        was=was,
        link=link,
    )


def facts_of_offer(entry: WaitingListEntry, *, starts_at: datetime, until: datetime, link: str) -> VisitFacts:
    """Return what a text may say of a place that is offered."""
    return replace(_facts_at_store(entry), starts_at=starts_at, until=until, link=link)


def facts_of_store(store: Store) -> VisitFacts:
    """Return what a text may say that is about no visit."""
    phone = phone_in_words(store.phone, country=store.country) if store.phone else ""
    return VisitFacts(store_name=store.name, zone=ZoneInfo(store.time_zone), phone=phone, address=store_address(store))


def _facts_at_store(about: Booking | WaitingListEntry) -> VisitFacts:
    facts, kind = facts_of_store(about.store), about.visit_type
    address = facts.address if kind.mode == VisitMode.STORE else ""
    return replace(facts, address=address, bring=" ".join(kind.what_to_bring.split()))


def _ways_to_say(name: str, facts: VisitFacts, standard: str) -> Iterator[Mapping[str, str]]:
    """Yield the values of all placeholders: in full, with the days shortened, with the store's name shortened too."""
    store = said_name(facts.store_name)
    ways = ((day_in_words, moment_in_words, store), (short_day_in_words, short_moment_in_words, store),
            (short_day_in_words, short_moment_in_words, shortened(store, FAIR_NAME)))  # fmt: skip
    zone, starts_at = facts.zone, facts.starts_at
    for say_day, say_moment, store_name in ways:
        yield {
            STANDARD: standard,
            "store": store_name,
            "date": say_day(starts_at.astimezone(zone).date()) if starts_at else "",
            "time": time_in_words(starts_at, zone) if starts_at else "",
            "was": say_moment(facts.was, zone) if facts.was else "",
            "until": until_in_words(name, facts.until, zone) if facts.until else "",
            "link": facts.link,
            "reference": facts.reference,
            "phone": facts.phone,
            "address": facts.address,
            "bring": facts.bring,
        }
