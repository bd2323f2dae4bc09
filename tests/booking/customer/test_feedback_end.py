"""The end of the questions after visits: one press in the mail program or on the page, and a way back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from booking import limits
from booking.arrivals.steps import take_step
from booking.bookings.feedback_opt_outs import KEPT, stop_feedback
from booking.links import feedback_end_url
from booking.messages.compose import compose
from booking.models import Booking, FeedbackOptOut
from booking.privacy import customer_data, erase_customer, forget_old
from booking.who import Who
from notifications.content import Email
from notifications.email import build
from notifications.models import OutboxMessage
from notifications.tasks import deliver_due
from stores.models import Store
from tests.booking.reading import page
from tests.factories import at, make_booking, make_store

pytestmark = pytest.mark.django_db

ASKED = at(12, 20)
ADDRESS = "Ada@example.org"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(ASKED, tick=False) as clock:
        yield clock


@pytest.fixture
def store() -> Store:
    return make_store(feedback_when="hours", capacity=4, booking_horizon_days=60)


def done_visit(store: Store, **fields: object) -> Booking:
    """Return a visit that is done, and after which its customer is to be asked."""
    contact = {"phone": "", "email": ADDRESS}
    is_simple = bool(fields.pop("is_simple", False))
    booking = make_booking(store, **{**contact, **fields})  # type: ignore[arg-type]
    Booking.objects.filter(pk=booking.pk).update(is_simple=is_simple)
    for step, now in (("check_in", at(10)), ("complete", at(10, 20))):
        take_step(booking_id=booking.pk, step=step, who=Who.staff(None, now))
    return booking


def asked(booking: Booking) -> Email:
    content = compose(OutboxMessage.objects.get(subject=booking.reference, kind="feedback"), now=ASKED)
    assert isinstance(content, Email)
    return content


def end_path(booking: Booking, prefix: str = "") -> str:
    return urlsplit(feedback_end_url(booking.store_id, booking.email, prefix=prefix)).path


def question(booking: Booking) -> tuple[str, str]:
    message = OutboxMessage.objects.get(subject=booking.reference, kind="feedback")
    return message.state, message.reason


# --- The press --------------------------------------------------------------------------------------


def test_mail_program_ends_the_questions_by_one_press_without_page_or_cookie(store: Store, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://shop.example.org"
    message = build(asked(done_visit(store)), key="1").message()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = message["List-Unsubscribe"].removeprefix("<https://shop.example.org").removesuffix(">")

    for _ in range(2):
        answer = Client(enforce_csrf_checks=True).post(address, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200

    assert FeedbackOptOut.objects.count() == 1
    assert "ada" not in str(FeedbackOptOut.objects.values()).lower()


@pytest.mark.parametrize(
    ("fields", "prefix", "heading"),
    [
        ({"locale": "fr"}, "/fr", "Ne plus recevoir de question après vos rendez-vous ?"),
        ({"locale": "en"}, "/en", "No more questions after your visits?"),
        ({"locale": "fr", "is_simple": True}, "/simple/fr", "Nous posons une question après chaque rendez-vous."),
    ],
)
def test_link_in_both_parts_asks_in_the_persons_language_and_changes_nothing(
    store: Store, fields: dict[str, object], prefix: str, heading: str
) -> None:
    booking = done_visit(store, **fields)
    mail = asked(booking)

    path = end_path(booking, prefix)
    assert f"{path}\n" in mail.text
    assert f'{path}"' in mail.html
    assert heading in page(Client(headers={"accept-language": "de"}).get(path)).words
    assert Client().head(path).status_code == 200
    assert not FeedbackOptOut.objects.exists()


@pytest.mark.parametrize("prefix", ["", "/simple", "/simple/ar", "/fr"])
def test_one_press_ends_them_and_one_brings_them_back(store: Store, prefix: str) -> None:
    booking, client = done_visit(store), Client(enforce_csrf_checks=True)
    path = end_path(booking, prefix)
    assert path in page(client.get(path)).forms

    pressed = client.post(path, {"questions": "stop"})
    assert (pressed.status_code, pressed["Location"]) == (303, f"{path}?done=1")
    assert 'value="resume"' in client.get(path).text
    assert FeedbackOptOut.objects.count() == 1

    client.post(path, {"questions": "resume"})
    assert 'value="stop"' in client.get(f"{path}?done=1").text
    assert not FeedbackOptOut.objects.exists()


def test_page_says_what_still_comes_and_stays_out_of_caches(store: Store) -> None:
    path = end_path(done_visit(store))
    client = Client()
    response = client.post(path, {"questions": "stop"}, follow=True)

    assert "Confirmations and reminders of your visits still come." in page(response).words
    assert response["Cache-Control"] == "no-store, private"
    assert response["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("wrong", ["a", "1-2", "{:0<60}", "1-" + "a" * 32 + "-" + "b" * 22, "é" * 9])
def test_link_that_is_not_ours_ends_nothing(store: Store, wrong: str) -> None:
    done_visit(store)

    assert Client().post(f"/feedback/{wrong}/").status_code == 404
    assert not FeedbackOptOut.objects.exists()


def test_link_of_another_store_or_address_does_not_fit(store: Store) -> None:
    booking = done_visit(store)
    number, digest, proof = end_path(booking).removeprefix("/feedback/").strip("/").split("-", 2)
    other = make_store("other-shop")

    for token in (f"{other.pk:x}-{digest}-{proof}", f"{number}-{digest[::-1]}-{proof}"):
        assert Client().post(f"/feedback/{token}/").status_code == 404
    assert not FeedbackOptOut.objects.exists()


def test_wrong_links_are_limited_and_right_ones_never_count(store: Store, settings: Settings, tmp_path: Path) -> None:
    settings.RATE_LIMITS, settings.REDIS_URL, settings.DATA_DIR = True, "", tmp_path
    limits._limiter.cache_clear()
    path = end_path(done_visit(store))
    amount = limits.WRONG_TOKENS[0].amount

    right = {Client().post(path).status_code for _ in range(amount + 1)}
    wrong = [Client().post("/feedback/a/").status_code for _ in range(amount + 1)]
    limits._limiter.cache_clear()

    assert right == {200}
    assert wrong == [404] * amount + [303]  # to the page that says when again


# --- What it means ----------------------------------------------------------------------------------


def test_nobody_who_ended_them_is_asked_neither_by_email_nor_by_text(store: Store) -> None:
    first = done_visit(store)
    Client().post(end_path(first))
    again = done_visit(store, phone="+33612345601", email="ADA@example.org")
    deliver_due()

    assert question(first) == question(again) == ("skipped", "no_feedback")
    assert customer_data(first)["wants_no_questions_after_visits"] is True


def test_other_addresses_other_stores_and_other_messages_are_as_before(store: Store) -> None:
    Client().post(end_path(done_visit(store)))
    neighbor = done_visit(make_store("other-shop", feedback_when="hours"), email="ada@example.org")
    somebody = done_visit(store, email="eve@example.org")
    coming = make_booking(store, phone="", email=ADDRESS, starts_at=at(16))
    deliver_due()

    assert question(neighbor)[0] == question(somebody)[0] == "sent"
    assert OutboxMessage.objects.get(subject=coming.reference, kind="confirmation").state == "sent"
    assert "wants_no_questions_after_visits" not in customer_data(somebody)


def test_whoever_comes_back_is_asked_again(store: Store) -> None:
    booking = done_visit(store)
    path = end_path(booking)
    for wish in ("stop", "resume"):
        Client().post(path, {"questions": wish})
    deliver_due()

    assert question(booking) == ("sent", "")


def test_wish_outlives_the_erasure_of_the_customer_and_the_link_works_then(store: Store) -> None:
    booking = done_visit(store)
    path = end_path(booking)
    erase_customer(booking_id=booking.pk, who=Who.customer(ASKED))

    assert Client().post(path).status_code == 200
    forget_old(now=ASKED + timedelta(days=store.keep_days + 1))
    assert FeedbackOptOut.objects.count() == 1


def test_wish_is_forgotten_three_years_after_the_last_press(store: Store) -> None:
    for pressed_at in (ASKED, ASKED + timedelta(days=100)):
        stop_feedback(store=store, address_digest="a" * 32, now=pressed_at)

    forget_old(now=ASKED + KEPT + timedelta(days=99))
    assert FeedbackOptOut.objects.count() == 1
    forget_old(now=ASKED + KEPT + timedelta(days=101))
    assert FeedbackOptOut.objects.count() == 0
