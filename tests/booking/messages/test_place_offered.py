"""What tells of an offered place: only while it is kept, never by text at night, and in one segment."""

from datetime import timedelta

import pytest

from booking.bookings.lifecycle import cancel_booking
from booking.bookings.offered_place import take_offer
from booking.links import short_waiting_url, waiting_url
from booking.messages.compose import answer_by_word, compose
from booking.models import Hold, WaitingListEntry
from booking.waiting_list.entries import leave_waiting_list, pass_offer
from booking.waiting_list.offers import offer_places
from booking.who import Who
from notifications.content import Email, Skip, Sms
from notifications.gsm7 import fits_one_segment
from notifications.models import Channel, OutboxMessage
from tests.factories import NOW, at, make_booking, make_store
from tests.waiters import make_waiting

pytestmark = pytest.mark.django_db


def offered(**fields: object) -> WaitingListEntry:
    """Return somebody to whom Tuesday at 10:00 is offered."""
    store = make_store(name="Pharmacie de la Gare et du Marché")
    booking = make_booking(store, party_size=2)
    entry = make_waiting(store, **fields)  # type: ignore[arg-type]
    cancel_booking(booking_id=booking.pk, who=Who.customer(NOW))
    assert offer_places(store_id=store.pk, now=NOW) == 1
    entry.refresh_from_db()
    return entry


def message(channel: Channel = Channel.SMS) -> OutboxMessage:
    return OutboxMessage.objects.get(kind="place_offered", channel=channel)


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en", [": a place is free: ", "24 Nov", "10:00. Kept until 09:30: "]), ("fr", ["24 nov", "10 h", "9 h 30"])],
)
def test_compose_text_says_when_until_and_where_to_take_it(locale: str, words: list[str]) -> None:
    entry = offered(locale=locale, phone="+33612345607")

    content = compose(message(), now=NOW)

    assert isinstance(content, Sms)
    assert content.to == "+33612345607"
    assert [word for word in words if word not in content.body] == []
    assert content.body.endswith(f" {short_waiting_url(entry.reference)}")
    assert fits_one_segment(content.body)
    assert "Bea" not in content.body


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_compose_email_carries_the_link_and_nothing_that_was_typed(locale: str) -> None:
    entry = offered(email="bea@example.org", name="Eve <script>", locale=locale)

    content = compose(message(Channel.EMAIL), now=NOW)

    assert isinstance(content, Email)
    assert content.to == "bea@example.org"
    assert content.calendar is None
    link = waiting_url(entry.reference, prefix=f"/{locale}")
    assert content.text.count(link) == 1
    assert f'href="{link}"' in content.html
    assert f'<html lang="{locale}"' in content.html
    assert "Eve" not in content.html + content.text + content.subject
    assert "\n" not in content.subject


def test_compose_email_in_simple_words_for_who_reads_simply() -> None:
    entry = offered(email="bea@example.org")
    WaitingListEntry.objects.filter(pk=entry.pk).update(is_simple=True)

    content = compose(message(Channel.EMAIL), now=NOW)

    assert isinstance(content, Email)
    assert "font-size: 22px" in content.html
    assert waiting_url(entry.reference, prefix="/simple/en") in content.text
    assert "You did not book this visit?" not in content.text


def test_compose_offer_that_is_over_is_skipped() -> None:
    entry = offered()

    assert compose(message(), now=NOW + timedelta(minutes=30)) == Skip("offer_over")
    pass_offer(entry_id=entry.pk, now=NOW)
    assert compose(message(), now=NOW) == Skip("offer_over")
    leave_waiting_list(entry_id=entry.pk, now=NOW)
    assert compose(message(), now=NOW) == Skip("erased")


def test_compose_offer_that_was_taken_is_skipped() -> None:
    entry = offered()
    take_offer(entry=entry, now=NOW)

    assert compose(message(), now=NOW) == Skip("offer_over")


def test_compose_earlier_offer_is_not_sent_for_a_later_one() -> None:
    entry = offered()
    WaitingListEntry.objects.filter(pk=entry.pk).update(offers=2)

    assert compose(message(), now=NOW) == Skip("offer_over")


@pytest.mark.parametrize(("email", "instead"), [("", None), ("bea@example.org", Channel.EMAIL)])
def test_compose_no_text_at_night(email: str, instead: Channel | None) -> None:
    offered(email=email)
    Hold.objects.update(expires_at=at(20, 10, day=23))

    assert compose(message(), now=at(20, day=23)) == Skip("quiet_hours", instead=instead)
    assert isinstance(compose(message(), now=at(19, 59, day=23)), Sms)


@pytest.mark.parametrize("word", ["yes", "no"])
def test_answer_to_an_offer_is_its_link(word: str) -> None:
    entry = offered()
    subject = f"wait-{entry.reference}"

    text = answer_by_word(subject, word, now=NOW)

    assert text is not None
    assert short_waiting_url(entry.reference) in text
    assert answer_by_word(subject, word, now=NOW + timedelta(hours=1)) is None
    entry.refresh_from_db()
    assert entry.status == "offered"
