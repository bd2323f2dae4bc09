"""Booking by text alone: the store's word, its earliest times, a number; off until the store has a word."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from booking.bookings.audit import differences
from booking.messages.compose import answer
from booking.models import Booking, CustomerText, Source, Status
from notifications.models import OutboxMessage
from stores.models import Store
from stores.services import BadValue, save_texting
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db

PHONE = "+33612345678"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def store() -> Store:
    return make_store(sms_word="CORNER", minimum_notice_minutes=60)


def text(body: str, *, minutes: int = 0, phone: str = PHONE) -> str:
    return answer(phone=phone, body=body, now=NOW + timedelta(minutes=minutes))


def test_the_word_three_times_a_number_and_it_is_booked(store: Store) -> None:
    reply = text("Corner Béa Test")
    assert reply.split("\n") == [
        "Corner Shop : répondez par un numéro pour prendre RDV :",
        "1: lun 23 nov. à 10 h 15",
        "2: lun 23 nov. à 10 h 30",
        "3: lun 23 nov. à 10 h 45",
    ]

    assert text("2", minutes=1) == ""  # the confirmation is the answer

    booking = Booking.objects.get()
    assert (booking.starts_at, booking.name, booking.phone, booking.source, booking.locale) == (
        at(10, 30, day=23),
        "Béa Test",
        PHONE,
        Source.SMS,
        "fr",
    )
    assert booking.takes_web_places
    assert OutboxMessage.objects.get(kind="confirmation").is_limited
    assert list(differences(now=NOW)) == []


def test_in_english_where_asked_for_and_without_a_name(store: Store) -> None:
    reply = text("CORNER english")
    assert reply.startswith("Corner Shop: reply with a number to book:\n1: Mon 23 Nov., 10:15\n2:")

    text("1", minutes=1)

    assert (Booking.objects.get().name, Booking.objects.get().locale) == ("", "en")


def test_it_is_cancelled_and_moved_by_text_as_well(store: Store) -> None:
    text("corner")
    text("1", minutes=1)
    booking = Booking.objects.get()
    Booking.objects.update(starts_at=at(10), ends_at=at(10, 15), visit_date=at(10).date())

    moved = text("changer", minutes=2)
    assert "un autre créneau pour le RDV du mar 24/11 à 10 h 00 ?" in moved
    text("annuler", minutes=3)
    text("oui", minutes=4)

    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED


def test_no_store_books_by_text_without_a_word(store: Store) -> None:
    Store.objects.update(sms_word="")

    text("corner")
    text("1", minutes=1)

    assert not Booking.objects.exists()
    assert CustomerText.objects.count() == 2


def test_a_number_of_no_time_shows_the_times_again_and_other_words_book_nothing(store: Store) -> None:
    first = text("corner")

    assert text("7") == first
    text("peut-être", minutes=2)

    assert not Booking.objects.exists()


def test_a_time_that_was_taken_meanwhile_shows_others(store: Store) -> None:
    text("corner")
    for number in range(2):
        make_booking(store, starts_at=at(10, 15, day=23), phone=f"+3361111111{number}")

    reply = text("1", minutes=1)

    assert "1: lun 23 nov. à 10 h 30" in reply
    assert not Booking.objects.filter(phone=PHONE).exists()


def test_more_visits_than_one_person_may_have_are_not_booked(store: Store) -> None:
    Store.objects.update(open_bookings_per_customer=1)
    make_booking(store, phone=PHONE)
    text("corner")

    reply = text("1", minutes=1)

    assert reply.startswith("Corner Shop : vous avez déjà un RDV le mar 24 nov. à 10 h. Changer ou annuler : http")
    assert Booking.objects.count() == 1


def test_a_number_that_no_text_reaches_books_nothing(store: Store) -> None:
    assert "plus possible par SMS" in text("corner", phone="+33549240039")


def test_before_bookings_open_nothing_is_offered_or_booked(store: Store) -> None:
    """Or who texts would be before all who wait for the opening."""
    text("corner")
    Store.objects.update(has_waiting_room=True, bookings_open_at=at(12, day=23))

    replies = text("1", minutes=1), text("corner", minutes=2)

    assert [reply.partition(" http")[0] for reply in replies] == [
        "Corner Shop : prise de RDV à partir du lun 23 nov. à 12 h."
    ] * 2
    assert not Booking.objects.exists()
    assert text("corner", minutes=3 * 60).count("\n") == 3  # bookings are open


@pytest.mark.parametrize("word", ["AB", "STOP", "oui", "TWO WORDS", "A1B", "ÉTÉ", "X" * 13])
def test_a_word_must_be_letters_that_mean_nothing_else(store: Store, word: str) -> None:
    with pytest.raises(BadValue):
        save_texting(store=store, sms_word=word, saved_replies=[], user=None, now=NOW)


def test_two_stores_have_no_word_in_common(store: Store) -> None:
    other = make_store("other")

    with pytest.raises(BadValue, match="sms_word"):
        save_texting(store=other, sms_word="corner", saved_replies=[], user=None, now=NOW)


def test_a_closed_store_says_that_no_time_is_free(store: Store) -> None:
    store.opening_hours.all().delete()
    Store.objects.update(hours_version=99)

    assert "aucun créneau libre" in text("corner")
