"""The question after a visit behind the customer's link: opening it changes nothing, one press answers it."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from booking.arrivals.steps import take_step, undo_step
from booking.links import short_feedback_url
from booking.models import Booking, Feedback
from booking.tokens import manage_token, short_token
from booking.who import Who
from tests.booking.customer.manage.own_pages import own
from tests.booking.reading import page
from tests.factories import at, make_booking, make_store

pytestmark = pytest.mark.django_db

QUESTION = "Did the visit give you what you came for?"


@pytest.fixture(autouse=True)
def _after_the_visit() -> Iterator[None]:
    with time_machine.travel(at(13), tick=False):
        yield


@pytest.fixture
def booking() -> Booking:
    booking = make_booking(make_store(feedback_when="hours"), email="ada@example.org")
    for step, now in (("check_in", at(10)), ("complete", at(10, 20))):
        take_step(booking_id=booking.pk, step=step, who=Who.staff(None, now))
    return booking


@pytest.fixture
def opened(client: Client, booking: Booking) -> Client:
    """A browser that has followed the link of the text message."""
    response = client.get(short_feedback_url(booking.reference).partition("://")[2].partition("/")[2].join(["/", ""]))
    assert response.status_code == 302
    assert client.get(response["Location"], follow=True).redirect_chain == [(own(booking, "feedback/"), 303)]
    return client


@pytest.mark.parametrize("prefix", ["", "/simple", "/fr", "/simple/ar"])
def test_the_link_asks_and_changes_nothing(opened: Client, booking: Booking, prefix: str) -> None:
    asked = page(opened.get(prefix + own(booking, "feedback/")))

    assert opened.get(prefix + own(booking, "feedback/answer/?answer=no")).status_code == 303
    assert opened.head(own(booking, "feedback/")).status_code == 200
    assert not Feedback.objects.exists()
    assert f"{prefix}{own(booking, 'feedback/answer/')}" in asked.forms


@pytest.mark.parametrize("given", ["yes", "partly", "no"])
def test_one_press_answers(opened: Client, booking: Booking, given: str) -> None:
    answered = opened.post(own(booking, "feedback/answer/"), {"answer": given})

    assert (answered.status_code, answered["Location"]) == (303, own(booking, "feedback/"))
    assert Feedback.objects.get().answer == given
    thanks = page(opened.get(answered["Location"]))
    assert QUESTION not in thanks.words
    assert "Thank you." in thanks.words
    assert "/s/corner-shop-niort/book/?visit_type=visit&party_size=1" in thanks.links
    assert ("Is something missing?" in thanks.words) == (given != "yes")


def test_another_answer_replaces_it(opened: Client, booking: Booking) -> None:
    opened.post(own(booking, "feedback/answer/"), {"answer": "yes"})
    assert QUESTION in page(opened.get(own(booking, "feedback/?done=change"))).words

    opened.post(own(booking, "feedback/answer/"), {"answer": "no"})

    assert Feedback.objects.get().answer == "no"


@pytest.mark.parametrize("sent", [{}, {"answer": "perhaps"}, {"answer": ""}])
def test_an_answer_that_is_none_asks_again(opened: Client, booking: Booking, sent: dict[str, str]) -> None:
    response = opened.post(own(booking, "feedback/answer/"), sent, follow=True)

    assert QUESTION in page(response).words
    assert not Feedback.objects.exists()


def test_words_reach_the_store(opened: Client, booking: Booking) -> None:
    opened.post(own(booking, "feedback/answer/"), {"answer": "no"})
    sent = opened.post(own(booking, "feedback/words/"), {"words": " The lens\n was missing. "}, follow=True)

    assert Feedback.objects.get().words == "The lens was missing."
    assert "The store will read what you wrote." in page(sent).words
    assert "The lens was missing." in page(opened.get(own(booking, "kept/"))).words
    assert opened.get(own(booking, "data/")).json()["feedback"]["words"] == "The lens was missing."


@pytest.mark.parametrize("prefix", ["", "/simple"])
def test_words_that_are_too_long_stay_typed(opened: Client, booking: Booking, prefix: str) -> None:
    opened.post(own(booking, "feedback/answer/"), {"answer": "no"})
    long = "a" * 501

    response = opened.post(prefix + own(booking, "feedback/words/"), {"words": long})

    assert response.status_code == 303
    again = opened.get(response["Location"])
    assert again.status_code == 400
    assert long in page(again).forms[prefix + own(booking, "feedback/words/")]["words"]
    assert Feedback.objects.get().words == ""


def test_words_without_an_answer_are_refused(opened: Client, booking: Booking) -> None:
    response = opened.post(own(booking, "feedback/words/"), {"words": "Hello"}, follow=True)

    assert response.status_code == 409
    assert not Feedback.objects.exists()


def test_a_visit_that_is_not_done_shows_its_own_page(opened: Client, booking: Booking) -> None:
    undo_step(booking_id=booking.pk, who=Who.staff(None, at(12)))

    shown = opened.get(own(booking, "feedback/"))
    pressed = opened.post(own(booking, "feedback/answer/"), {"answer": "yes"}, follow=True)

    assert (shown.status_code, shown["Location"]) == (303, own(booking))
    assert pressed.status_code == 409
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("path", ["feedback/", "feedback/answer/", "feedback/words/"])
def test_without_the_key_nobody_gets_in(client: Client, booking: Booking, path: str) -> None:
    assert client.get(own(booking, path)).status_code == 404
    client.post(own(booking, path), {"answer": "yes", "words": "Hello"})

    assert not Feedback.objects.exists()


def test_wrong_short_links_are_counted_and_tell_nothing(booking: Booking, settings: Settings) -> None:
    settings.RATE_LIMITS = True
    client = Client(REMOTE_ADDR="203.0.113.9")
    waiting = short_token("waiting", booking.reference)

    answers = [client.get(f"/q/{token}") for token in ("A" * 22, waiting, "x")]
    answers += [client.get(f"/q/{'A' * 22}") for _ in range(8)]

    assert [one.status_code for one in answers] == [404] * 10 + [429]
    assert len({page(one).words for one in answers[:3]}) == 1


def test_an_erased_visit_is_asked_about_no_more(opened: Client, booking: Booking) -> None:
    opened.post(own(booking, "erase/"))

    again = opened.get(own(booking, "feedback/"), {"token": manage_token(booking.reference)})

    assert again.status_code == 404
