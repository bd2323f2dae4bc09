"""The message about an offered place: the entry is read again when the message is sent."""

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import translation

from booking.customer_input import can_be_texted
from booking.formatting import moment_in_words, time_in_words
from booking.links import short_waiting_url, waiting_url
from booking.messages.email_texts import map_url_of, one_line, rendered, where_in_words
from booking.messages.own_texts import facts_of_offer, own_or_standard, own_paragraph
from booking.messages.sms_texts import sms_text
from booking.models import WaitingListEntry
from booking.sending_times import is_quiet, plan_of
from booking.subjects import Subject
from booking.waiting_list.lifecycle import find_entry
from booking.waiting_list.queries import Offer, waiting_state
from booking.web.reader_prefix import ReaderChoice
from notifications.content import Email, Skip, Sms
from notifications.models import Channel, OutboxMessage
from stores.hours import today_start

TEMPLATE = "place_offered"


def read_entry(subject: Subject) -> WaitingListEntry | None:
    """Return the waiting list entry of a message; None if it is gone or was erased."""
    entry = find_entry(subject)
    return None if entry is None or entry.erased_at is not None else entry


def write_offer(entry: WaitingListEntry, message: OutboxMessage, /, *, now: datetime) -> Sms | Email | Skip:
    """Return what to send for an offer in the outbox, or why nothing is sent."""
    offer = waiting_state(entry, now=now).offer
    if offer is None or entry.offers != message.sequence:
        return Skip("offer_over")
    write = _sms if message.channel == Channel.SMS else _email
    with translation.override(entry.locale):
        return write(entry, offer, now=now)


def answer_about_offer(subject: Subject, _word: str, /, *, now: datetime) -> str | None:
    """Return the reply to an answer about an offer: the link again, because a word alone takes no place.

    None if nothing is offered any more.
    """
    entry = find_entry(subject)
    offer = waiting_state(entry, now=now).offer if entry is not None else None
    if entry is None or offer is None:
        return None
    with translation.override(entry.locale):
        return _text(entry, offer)


def _sms(entry: WaitingListEntry, offer: Offer, *, now: datetime) -> Sms | Skip:
    zone = ZoneInfo(entry.store.time_zone)
    instead = Channel.EMAIL if entry.email else None
    if not can_be_texted(entry.phone):
        return Skip("not_textable", instead=instead)
    if is_quiet(now, zone=zone, plan=plan_of(entry.store)):
        return Skip("quiet_hours", instead=instead)
    return Sms(to=entry.phone, body=_text(entry, offer), budget_since=today_start(now, zone))


def _text(entry: WaitingListEntry, offer: Offer) -> str:
    link = short_waiting_url(entry.reference)
    facts = facts_of_offer(entry, starts_at=offer.starts_at, until=offer.expires_at, link=link)
    standard = partial(
        sms_text,
        TEMPLATE,
        store_name=entry.store.name,
        starts_at=offer.starts_at,
        zone=facts.zone,
        link=link,
        until=offer.expires_at,
    )
    return own_or_standard(entry.store, TEMPLATE, facts, standard)


def _email(entry: WaitingListEntry, offer: Offer, *, now: datetime) -> Email | Skip:
    if not entry.email:
        return Skip("no_email")
    store, zone = entry.store, ZoneInfo(entry.store.time_zone)
    when, name = moment_in_words(offer.starts_at, zone), one_line(store.name)
    layout = "simple" if entry.is_simple else "base"
    link = waiting_url(entry.reference, prefix=ReaderChoice(entry.locale, entry.is_simple).prefix)
    facts = facts_of_offer(entry, starts_at=offer.starts_at, until=offer.expires_at, link=link)
    context = {
        "html_layout": f"email/{layout}.html",
        "text_layout": f"email/{layout}.txt",
        "booking": entry,  # an entry has what the common frame of e-mails shows of a visit
        "store": store,
        "store_name": name,
        "when": when,
        "where": where_in_words(entry),
        "map_url": map_url_of(entry),
        "preheader": f"{when}, {name}",
        "until": time_in_words(offer.expires_at, zone),
        "manage_url": link,
        "own_words": own_paragraph(store, TEMPLATE, facts),
    }
    return Email(
        to=entry.email,
        subject=rendered(f"email/{TEMPLATE}.subject.txt", context),
        text=render_to_string(f"email/{TEMPLATE}.txt", context).strip() + "\n",
        html=render_to_string(f"email/{TEMPLATE}.html", context).strip() + "\n",
        sender_name=store.name,
        reply_to=store.email,
    )
