"""A store's own texts, as they are sent: with the visit's facts, or ours where they cannot be used."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import translation
from pytest_django import DjangoAssertNumQueries, Settings

from booking.message_kinds import Kind
from booking.messages.compose import compose, read_ahead
from booking.messages.own_texts import (
    MOST_SEGMENTS,
    VisitFacts,
    facts_of_offer,
    own_or_standard,
    own_sms,
    paragraph,
)
from booking.models import Booking
from notifications.content import Email, Sms
from notifications.models import Channel, OutboxMessage
from notifications.segments import segments
from notifications.tasks import deliver_due
from stores.models import Store, VisitType
from tests.factories import NOW, PARIS, at, make_booking, make_store
from tests.waiters import make_waiting

pytestmark = pytest.mark.django_db
FACTS = VisitFacts(store_name="Bar", zone=PARIS, starts_at=at(10, 15), link="https://x.fr/m/1", phone="05 49 24 00 39")


def store_with(channel: str = "sms", name: str = "confirmation", **texts: str) -> Store:
    return make_store(time_zone="Europe/Paris", capacity=4, own_texts={channel: {name: texts}})


def body(booking: Booking, kind: Kind = Kind.CONFIRMATION, channel: Channel = Channel.SMS) -> Sms | Email:
    message = OutboxMessage.objects.filter(subject=booking.reference, kind=kind, channel=channel).order_by("due_at")[0]
    content = compose(message, now=message.due_at)
    assert isinstance(content, Sms | Email)
    return content


def test_own_text_is_sent_with_the_visits_facts() -> None:
    store = store_with(fr="{store}, RDV {date} à {time} : {link} Réf. {reference}, {address}, {phone}")
    sent = body(make_booking(store, starts_at=at(10, day=30), locale="fr"))
    assert sent.body.startswith("Corner Shop, RDV lundi 30 novembre à 10 h 00 : http")
    assert ", 1 Rue de la Gare, 79000 Niort, 05 49 24 00 39" in sent.body


def test_own_text_stands_in_its_language_and_kind_alone() -> None:
    store = store_with(fr="{store} {date} {time} {link} AAA")
    french = make_booking(store, starts_at=at(10, day=30), locale="fr")
    english = make_booking(store, starts_at=at(10, day=30), phone="+33612345602")
    assert body(french).body.endswith("AAA")
    assert "AAA" not in body(english).body
    assert "AAA" not in body(french, Kind.REMINDER).body


def test_sentence_after_ours_comes_last_as_it_always_did() -> None:
    booking = make_booking(store_with(en="{standard} Bring your card."), starts_at=at(10, day=30))
    with_it = body(booking).body
    Store.objects.update(own_texts={})
    assert with_it == f"{body(booking).body} Bring your card."


@pytest.mark.parametrize("text", ["{store} {date} {time} {link} {bring}", "{store} {date} {time} {link} {gone}"])
def test_ours_goes_where_a_fact_is_missing(text: str) -> None:
    booking = make_booking(store_with(en=text), starts_at=at(10, day=30))
    assert "visit booked for" in body(booking).body


def test_what_to_bring_is_said_where_there_is_something() -> None:
    store = store_with(en="{store} {date} {time} {link} Bring: {bring}")
    VisitType.objects.filter(store=store, slug="visit").update(what_to_bring="your  card\nand a pen")
    assert body(make_booking(store, starts_at=at(10, day=30))).body.endswith("Bring: your card and a pen")


def test_text_that_grew_too_long_is_not_sent_but_ours_is() -> None:
    booking = make_booking(store_with(en="{store} {date} {time} {link} " + "x" * 580), starts_at=at(10, day=30))
    assert segments("x" * 580) <= MOST_SEGMENTS
    assert "xxx" not in body(booking).body


def test_days_and_names_are_shortened_only_where_that_saves_a_segment() -> None:
    with translation.override("en"):
        long = own_sms("{store} {date} {time} {link}", "reminder", FACTS, standard=lambda: "ours")
        assert long is not None
        assert "Tuesday 24 November" in long
        filler = "x" * (161 - len(long) - 1)
        shortened = own_sms("{store} {date} {time} {link} " + filler, "reminder", FACTS, standard=lambda: "ours")
        assert shortened is not None
        assert "Tue 24 Nov" in shortened
        assert segments(shortened) == 1


def test_arabic_begins_from_the_right_and_keeps_its_letters() -> None:
    with translation.override("ar"):
        text = own_sms("{store}: موعدكم {date} {time} {link}", "reminder", FACTS, standard=lambda: "ours")
    assert text is not None
    assert text.startswith("\N{RIGHT-TO-LEFT MARK}Bar: موعدكم")


def test_text_in_french_is_written_in_gsm7() -> None:
    with translation.override("fr"):
        text = own_sms("{store} {date} {time} {link} à bientôt", "reminder", FACTS, standard=lambda: "ours")
    assert text is not None
    assert text.endswith("à bientot")
    assert segments(text) == 1


def test_email_has_the_stores_paragraph_in_both_forms() -> None:
    store = store_with("email", "reminder", uk="Чекаємо на вас {date}. Тел. {phone} <b>")
    Store.objects.update(reminder_channel="email_first")
    booking = make_booking(store, starts_at=at(10, day=30), email="ada@example.org", locale="uk")
    mail = body(booking, Kind.REMINDER, Channel.EMAIL)
    assert isinstance(mail, Email)
    assert "Чекаємо на вас понеділок" in mail.text
    assert "Тел. 05 49 24 00 39 <b>" in mail.text
    assert "05 49 24 00 39 &lt;b&gt;" in mail.html


def test_paragraph_whose_facts_are_missing_is_left_out() -> None:
    assert paragraph("Bring {bring}.", "reminder", FACTS) == ""


def test_offer_has_an_own_text_too() -> None:
    store = store_with(name="place_offered", en="{store}: {date} {time}, until {until}: {link}")
    entry = make_waiting(store)
    with translation.override("en"):
        facts = facts_of_offer(entry, starts_at=at(10), until=at(9), link="L")
        text = own_or_standard(store, "place_offered", facts, lambda: "ours")
    assert text == "Corner Shop: Tuesday 24 November 10:00, until 09:00: L"


@pytest.mark.parametrize("visits", [1, 3])
def test_own_texts_cost_no_statement_more(visits: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    store = store_with(en="{store} {date} {time} {link} {reference}")
    for number in range(visits):
        make_booking(store, starts_at=at(18, 30, day=30), phone=f"+3361234561{number}")
    messages = list(OutboxMessage.objects.filter(kind=Kind.CONFIRMATION))
    with django_assert_num_queries(1):
        write = read_ahead(messages)
        assert all(write(message, now=NOW) for message in messages)


def test_a_change_holds_for_what_has_not_gone(settings: Settings) -> None:
    store = store_with(en="{store} {date} {time} {link} before")
    make_booking(store, starts_at=at(10, day=30))
    Store.objects.update(own_texts={"sms": {"confirmation": {"en": "{store} {date} {time} {link} after"}}})
    with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
        deliver_due()
    texts = [file.read_text() for file in settings.MESSAGES_DIR.glob("*")]
    assert len(texts) == 1
    assert "after" in texts[0]
