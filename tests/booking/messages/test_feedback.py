"""The question after a visit as it is read: one segment, no purpose of the visit, and no answer by text."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import translation

from booking.arrivals.steps import take_step
from booking.messages import compose
from booking.messages.compose import compose as write
from booking.messages.text_lint import Rule
from booking.messages.text_samples import sample_email, sample_facts, sample_sms
from booking.messages.text_settings import RefusedText, change_own_text
from booking.models import Booking, CustomerText, Feedback
from booking.who import Who
from notifications.content import Email, Sms
from notifications.models import OutboxMessage
from notifications.segments import segments
from notifications.tasks import deliver_due
from stores.models import Store
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db

PHONE = "+33612345678"
DONE, ASKED = at(10, 20), at(12, 20)


@pytest.fixture
def store() -> Store:
    return make_store(feedback_when="hours", capacity=4, name="Pharmacie du Vieux Port de Niort")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def done(booking: Booking) -> Booking:
    take_step(booking_id=booking.pk, step="check_in", who=Who.staff(None, booking.starts_at))
    return take_step(booking_id=booking.pk, step="complete", who=Who.staff(None, DONE))


@pytest.fixture
def asked(store: Store, clock: time_machine.Traveller) -> Booking:
    """A visit whose customer has just had the question, and no text since."""
    booking = make_booking(store, phone=PHONE)
    deliver_due()
    clock.move_to(DONE)
    done(booking)
    clock.move_to(ASKED)
    deliver_due()
    assert OutboxMessage.objects.filter(kind="feedback", state="sent").exists()
    return booking


def composed(booking: Booking) -> Sms | Email:
    content = write(OutboxMessage.objects.get(subject=booking.reference, kind="feedback"), now=ASKED)
    assert isinstance(content, Sms | Email)
    return content


@pytest.mark.parametrize("language", dict(settings.LANGUAGES))
def test_text_is_short_and_leads_to_the_question(store: Store, language: str) -> None:
    text = composed(done(make_booking(store, locale=language)))

    assert isinstance(text, Sms)
    assert segments(text.body) <= (2 if language in ("ar", "uk") else 1)
    assert f"{settings.PUBLIC_URL}/q/" in text.body
    assert "Visit" not in text.body.replace("visit", "")  # the kind of visit
    assert text.valid_until is not None
    assert ASKED < text.valid_until <= at(20)


@pytest.mark.parametrize("language", dict(settings.LANGUAGES))
@pytest.mark.parametrize("is_simple", [False, True])
def test_email_asks_in_the_customers_language_and_links_nothing_else_but_its_end(
    store: Store, language: str, is_simple: bool
) -> None:
    booking = make_booking(store, phone="", email="ada@example.org", locale=language)
    Booking.objects.update(is_simple=is_simple)
    mail = composed(done(booking))

    assert isinstance(mail, Email)
    assert mail.calendar is None
    with translation.override(language):
        assert translation.gettext("Did the visit give you what you came for?") in mail.text
    for part in (mail.text, mail.html):
        links = [word for word in part.replace('"', " ").split() if word.startswith("http")]
        assert {link.split("?")[0].split("<")[0] for link in links} == {
            f"{settings.PUBLIC_URL}/b/{booking.reference}/feedback/",
            mail.end_url,
        }


def test_email_says_whose_visit_it_was(store: Store) -> None:
    booking = make_booking(store, phone="", email="ada@example.org")
    Booking.objects.update(is_for_someone_else=True)

    mail = composed(done(booking))

    assert isinstance(mail, Email)
    assert "Did the visitor get what they came for?" in mail.text


@pytest.mark.parametrize("body", ["1", "2", "3", "oui", "Yes", "ok", "non", "No"])
def test_a_short_answer_after_the_question_touches_no_visit_to_come(asked: Booking, store: Store, body: str) -> None:
    coming = make_booking(store, phone=PHONE, starts_at=at(10, day=26), now=ASKED)

    reply = compose.answer(phone=PHONE, body=body, now=ASKED)

    coming.refresh_from_db()
    assert (coming.attendance_confirmed, coming.status) == (False, "confirmed")
    assert "/q/" in reply
    assert "Reply YES" not in reply
    assert not Feedback.objects.exists()
    assert compose.answer(phone=PHONE, body="OUI", now=ASKED) == reply


def test_a_reminder_after_the_question_is_confirmed_as_ever(
    asked: Booking, store: Store, clock: time_machine.Traveller
) -> None:
    coming = make_booking(store, phone=PHONE, starts_at=at(10, day=26), now=ASKED)
    clock.move_to(ASKED + timedelta(days=1))
    deliver_due()

    compose.answer(phone=PHONE, body="1", now=ASKED + timedelta(days=1))

    coming.refresh_from_db()
    assert coming.attendance_confirmed is True


def test_who_says_in_words_that_they_do_not_come_is_asked_about_the_visit_to_come(asked: Booking, store: Store) -> None:
    coming = make_booking(store, phone=PHONE, starts_at=at(10, day=26), now=ASKED)

    reply = compose.answer(phone=PHONE, body="je ne peux pas venir", now=ASKED)

    coming.refresh_from_db()
    assert coming.status == "confirmed"
    assert "Reply YES" in reply


def test_words_are_kept_for_a_person_and_thanks_need_no_answer(asked: Booking) -> None:
    assert compose.answer(phone=PHONE, body="Merci", now=ASKED) == ""
    compose.answer(phone=PHONE, body="Il manquait une vis dans le sachet", now=ASKED)

    assert CustomerText.objects.get().body == "Il manquait une vis dans le sachet"


def test_store_says_it_in_its_own_words_by_both_channels(store: Store) -> None:
    own = {"sms": {"feedback": {"en": "{store} thanks you. Was it good? {link}"}},
           "email": {"feedback": {"en": "See you again at {store}, {phone}."}}}  # fmt: skip
    Store.objects.update(own_texts=own)
    store.refresh_from_db()
    text = composed(done(make_booking(store, phone=PHONE)))
    mail = composed(done(make_booking(store, phone="", email="ada@example.org", starts_at=at(11))))

    assert isinstance(text, Sms)
    assert text.body.startswith("Pharmacie du Vieux Port de Niort thanks you. Was it good? ")
    assert f"{settings.PUBLIC_URL}/q/" in text.body
    assert isinstance(mail, Email)
    assert "See you again at Pharmacie du Vieux Port de Niort, 05 49 24 00 39." in mail.text
    assert "See you again at" in mail.html


def test_own_words_that_lack_the_link_or_advertise_are_refused(store: Store) -> None:
    for text, rule in (("{store} thanks you", Rule.MISSING), ("{store} {link} Promo!", Rule.MARKETING)):
        with pytest.raises(RefusedText) as refused:
            change_own_text(store=store, channel="sms", name="feedback", language="en", text=text, user=None, now=NOW)
        assert [problem.rule for problem in refused.value.problems] == [rule]


@pytest.mark.parametrize("language", dict(settings.LANGUAGES))
def test_sample_of_the_question_is_what_is_sent(store: Store, language: str) -> None:
    facts = sample_facts(store, "feedback", starts_at=at(10))
    text = sample_sms(store, "feedback", "{standard} Ada", language, facts)
    mail = sample_email(store, "feedback", "{phone}", language, facts)

    assert f"{settings.PUBLIC_URL}/q/" in text.text
    assert text.text.endswith(" Ada")
    assert mail.own_words == "05 49 24 00 39"
    assert mail.heading
    assert "Pharmacie" in mail.subject
