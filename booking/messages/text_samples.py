"""Samples of messages: what a customer of a store would read, for previews and for measuring."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import translation

from booking.formatting import day_in_words, moment_in_words, store_address
from booking.links import short_feedback_url, short_manage_url, short_waiting_url
from booking.messages.booking_messages import can_be_answered
from booking.messages.email_texts import one_line, rendered
from booking.messages.feedback import TEMPLATE as FEEDBACK
from booking.messages.own_texts import VisitFacts, facts_of_store, own_sms, paragraph
from booking.messages.sms_texts import link_text, sms_text, turn_text
from booking.templatetags.carillon import reference as reference_in_words
from notifications.segments import segments
from stores.models import Store

REFERENCE = "7K3M9QXT"
_AT = time(10, 15)
_NO_VISIT = frozenset({"nearly_turn"})
_WHOLE_EMAILS = frozenset({"place_offered", FEEDBACK})  # their heading has no file of its own
_LINKS: Mapping[str, Callable[[str], str]] = {"place_offered": short_waiting_url, FEEDBACK: short_feedback_url}


@dataclass(frozen=True, slots=True)
class SampleText:
    """A text message as a customer would get it; `is_own` is false where ours goes instead of the store's."""

    text: str
    is_own: bool

    @property
    def length(self) -> int:
        """The number of its characters."""
        return len(self.text)

    @property
    def segments(self) -> int:
        """What it is charged as."""
        return segments(self.text)


@dataclass(frozen=True, slots=True)
class SampleEmail:
    """The beginning of an e-mail as a customer would get it."""

    subject: str
    heading: str
    when: str
    where: str
    own_words: str


def next_week(store: Store, *, now: datetime) -> datetime:
    """Return the start of a visit next week, for a sample."""
    zone = ZoneInfo(store.time_zone)
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=7), _AT, zone)


def longest_day(language: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Return a start within a year on the day that takes most room in this language."""
    first = datetime.combine(now.astimezone(zone).date(), time(22, 45), zone)
    with translation.override(language):
        return max((first + timedelta(days=days) for days in range(365)), key=lambda at: len(day_in_words(at.date())))


def something_to_bring(store: Store) -> str:
    """Return what customers bring to one of the store's kinds of visit, "" where none says it. One statement."""
    brings = store.visit_types.filter(is_active=True).exclude(what_to_bring="").order_by("position")
    return " ".join((brings.values_list("what_to_bring", flat=True).first() or "").split())


def sample_facts(store: Store, name: str, *, starts_at: datetime, bring: str = "") -> VisitFacts:
    """Return what a text may say of a visit at this time; `bring` is what its customer would bring."""
    facts = facts_of_store(store)
    if name in _NO_VISIT:
        return facts
    is_offer = name == "place_offered"
    return VisitFacts(
        store_name=store.name,
        zone=facts.zone,
        phone=facts.phone,
        address=facts.address,
        starts_at=starts_at,
        link=_LINKS.get(name, short_manage_url)(REFERENCE),
        reference="" if is_offer else reference_in_words(REFERENCE),
        bring=bring,
        until=starts_at - timedelta(days=1) if name in ("choose_again", "place_offered") else None,
        was=starts_at - timedelta(days=1) if name == "change" else None,
    )


def sample_sms(store: Store, name: str, text: str, language: str, facts: VisitFacts) -> SampleText:
    """Return a text message in a language: `text`, an own one of the store, or ours where it cannot be used."""
    with translation.override(language):
        own = own_sms(text, name, facts, standard=lambda: _standard(store, name, facts)) if text else None
        return SampleText(own or _standard(store, name, facts), is_own=own is not None)


def sample_email(store: Store, name: str, text: str, language: str, facts: VisitFacts) -> SampleEmail:
    """Return the beginning of an e-mail in a language, with `text` as the store's own paragraph."""
    with translation.override(language):
        when = moment_in_words(facts.starts_at, facts.zone) if facts.starts_at else ""
        until = moment_in_words(facts.until, facts.zone) if facts.until else ""
        was = moment_in_words(facts.was, facts.zone) if facts.was else ""
        said = {"store_name": one_line(store.name), "when": when, "was": was, "until": until}
        if name in _WHOLE_EMAILS:
            whole = render_to_string(f"email/{name}.txt", {**said, "text_layout": "email/base.txt", "store": store})
            heading = whole.strip().splitlines()[0]
        else:
            heading = rendered(f"email/{name}.heading.txt", said)
        return SampleEmail(
            subject=rendered(f"email/{name}.subject.txt", said),
            heading=heading,
            when=when,
            where=", ".join(part for part in (one_line(store.name), store_address(store)) if part),
            own_words=paragraph(text, name, facts) if text else "",
        )


def _standard(store: Store, name: str, facts: VisitFacts) -> str:
    if facts.starts_at is None:
        return turn_text(store.name)
    if name == FEEDBACK:
        return link_text(name, store_name=store.name, link=facts.link)
    return sms_text(
        name,
        store_name=store.name,
        starts_at=facts.starts_at,
        zone=facts.zone,
        link=facts.link,
        may_reply=can_be_answered(),
        was=facts.was,
        until=facts.until,
    )
