"""Booking by text alone: the store's word, its three earliest times, a number, and the visit is booked.

Off until a store has a word. The same services book as on its page, with the same rules, limits and history.
"""

from datetime import datetime, timedelta

from django.utils import translation

from booking import limits
from booking.bookings.customer_visits import Contact, visits_to_come
from booking.bookings.lifecycle import book_visit
from booking.customer_input import NAME_MAX, CustomerDetails, can_be_texted
from booking.messages import reply_texts, text_questions
from booking.models import Booking, Source, TextQuestion
from booking.places.days_state import Wish
from booking.places.nearest_free import nearest_free
from booking.policy import first_bookable_start
from booking.refusals import BookingRefused, Refusal
from booking.web.reader_prefix import language_of_country
from notifications.opt_words import plain_words
from stores.models import Store, VisitType
from stores.queries import waiting_room_of
from stores.words import can_be_said

TIMES = 3
TO_ANSWER = timedelta(minutes=15)
# Words by which somebody asks for English or French at a store of another language.
_LANGUAGES = {"english": "en", "anglais": "en", "francais": "fr", "french": "fr"}


def store_of_word(body: str) -> Store | None:
    """Return the store whose word a text begins with."""
    first = plain_words(body).partition(" ")[0]
    return Store.objects.filter(sms_word=first.upper()).first() if first else None


def offer_first_times(store: Store, *, phone: str, body: str, now: datetime) -> str:
    """Return the store's three earliest times, to choose from by number; what follows its word is a name."""
    name, language = _name_and_language(store, body)
    with translation.override(language):
        if not can_be_texted(phone):
            return reply_texts.not_possible(store)
        opens_at = _opens_at(store, now=now)
        if opens_at is not None:
            return reply_texts.not_open_yet(store, opens_at)
        starts = _first_times(store, now=now)
        if not starts:
            return reply_texts.no_free_times(store)
        choices = [store.slug, language, name, *(start.isoformat() for start in starts)]
        text_questions.ask(phone, text_questions.BOOK, choices=choices, now=now)
        return reply_texts.free_times(store, starts)


def book_choice(asked: TextQuestion, *, phone: str, number: int | None, now: datetime) -> str | None:
    """Book the time of a number; None where the text is no number. The confirmation is the reply."""
    slug, language, name, *starts = map(str, asked.choices)
    store = Store.objects.filter(slug=slug).first()
    if number is None or store is None or not store.sms_word:
        return None
    body = f"{store.sms_word} {name}"
    if not 1 <= number <= len(starts) or _opens_at(store, now=now) is not None:
        return offer_first_times(store, phone=phone, body=body, now=now)
    text_questions.close_question(phone)
    with translation.override(language):
        try:
            limits.new_booking(phone)
            _book(store, name, phone, datetime.fromisoformat(starts[number - 1]), locale=language, now=now)
        except limits.RateLimited:
            return reply_texts.not_possible(store)
        except BookingRefused as refused:
            if refused.reason == Refusal.TOO_MANY_OPEN_BOOKINGS and (open_visit := _open_visit(store, phone, now=now)):
                return reply_texts.already_booked(open_visit)
            return offer_first_times(store, phone=phone, body=body, now=now)
    return ""


def _opens_at(store: Store, *, now: datetime) -> datetime | None:
    """Return when the store's bookings open, if that is to come: until then nobody who waits may be passed."""
    room = waiting_room_of(store.has_waiting_room, store.bookings_open_at)
    return room.opens_at if room is not None and room.is_closed(now) else None


def _book(store: Store, name: str, phone: str, starts_at: datetime, *, locale: str, now: datetime) -> None:
    book_visit(
        store=store.slug,
        visit_type=_slug_of(_visit_type(store)),
        starts_at=starts_at,
        party_size=1,
        customer=CustomerDetails(name=name, phone=phone, email="", locale=locale),
        note="",
        source=Source.SMS,
        may_repeat=False,
        now=now,
    )


def _first_times(store: Store, *, now: datetime) -> list[datetime]:
    """Return the first free times that can still be booked once they were read and answered."""
    kind = _visit_type(store)
    if kind is None:
        return []
    wish = Wish(store.slug, kind.slug)
    earliest = first_bookable_start(now=now + TO_ANSWER, rules=store, kind=kind)
    near = nearest_free(wish, earliest, now=now, limit=2 * TIMES, with_wanted=True)
    return [slot.starts_at for slot in near if slot.starts_at >= earliest][:TIMES]


def _visit_type(store: Store) -> VisitType | None:
    """Return the store's first visit type; None where it has none."""
    return store.visit_types.filter(is_active=True).order_by("position", "pk").first()


def _slug_of(kind: VisitType | None) -> str:
    return kind.slug if kind is not None else ""


def _open_visit(store: Store, phone: str, *, now: datetime) -> Booking | None:
    return next((visit for visit in visits_to_come(Contact(phone=phone), now=now) if visit.store_id == store.pk), None)


def _name_and_language(store: Store, body: str) -> tuple[str, str]:
    """Return the name that follows the store's word, "" for none, and the language to answer in."""
    rest = " ".join(body.split()[1:])
    asked = _LANGUAGES.get(plain_words(rest))
    language = asked or language_of_country(store.country)
    name = "" if asked else "".join(one for one in rest if one.isprintable())[:NAME_MAX].strip()
    return (name if can_be_said(name) and not any(one.isdigit() for one in name) else ""), language
