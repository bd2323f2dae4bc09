"""Correcting a visit in the simple version: what is wrong is chosen, and then asked alone."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from booking.models import Booking
from stores.models import Store
from tests.booking.customer.manage.own_pages import link, own
from tests.booking.reading import Page, page
from tests.factories import NOW, make_booking, make_store

pytestmark = pytest.mark.django_db
SIMPLE = "/simple/en"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def store() -> Store:
    return make_store()


@pytest.fixture
def booking(store: Store) -> Booking:
    return make_booking(store, name="Ada Test", phone="+33612345601")


@pytest.fixture
def opened(client: Client, booking: Booking) -> Client:
    client.get(link(booking))
    return client


def address(booking: Booking) -> str:
    return SIMPLE + own(booking, "details/")


def asked(client: Client, booking: Booking, question: str) -> Page:
    return page(client.get(address(booking), {"ask": question}))


def answered(client: Client, booking: Booking, shown: Page, status: int = 200, /, **typed: str) -> Page:
    response = client.post(address(booking), {**shown.forms[address(booking)], **typed}, follow=True)
    assert response.redirect_chain[0][1] == 303
    assert response.status_code == status
    return page(response)


def title(found: Page) -> str:
    return found.title.partition(" – ")[0]


def test_what_is_wrong_is_chosen_first_and_a_human_can_be_phoned(opened: Client, booking: Booking) -> None:
    shown = page(opened.get(address(booking)))

    assert title(shown) == "What is wrong?"
    assert [words for link, words in shown.links.items() if "?ask=" in link] == [
        "The name",
        "The phone number",
        "The e-mail address",
        "The note for the store",
    ]
    assert "You can phone the store." in shown.words
    assert address(booking) not in shown.forms


@pytest.mark.parametrize(
    ("question", "typed", "asks"),
    [("name", "Bea Test", "Who is coming?"), ("note", "Second floor", "What should the store know?")],
)
def test_one_detail_is_corrected_and_the_others_stay(
    opened: Client, booking: Booking, question: str, typed: str, asks: str
) -> None:
    shown = asked(opened, booking, question)

    after = answered(opened, booking, shown, **{question: typed})

    booking.refresh_from_db()
    kept = {"name": "Ada Test", "phone": "+33612345601", "note": ""}
    assert title(shown) == asks
    assert {name: getattr(booking, name) for name in kept} == {**kept, question: typed}
    assert booking.link_number == 0
    assert "Thank you. It is right." in after.words


def test_other_number_gets_the_confirmation_and_this_browser_keeps_the_page(opened: Client, booking: Booking) -> None:
    shown = asked(opened, booking, "phone")
    assert shown.forms[address(booking)]["phone"].replace("\N{NO-BREAK SPACE}", " ") == "06 12 34 56 01"
    assert "We write to you again. Use the new link in this message." in shown.words

    answered(opened, booking, shown, phone="06 12 34 56 02")

    booking.refresh_from_db()
    assert (booking.name, booking.phone, booking.link_number) == ("Ada Test", "+33612345602", 1)
    assert opened.get(own(booking)).status_code == 200


def test_button_pressed_twice_corrects_once(opened: Client, booking: Booking) -> None:
    form = {**asked(opened, booking, "phone").forms[address(booking)], "phone": "06 12 34 56 02"}
    key = {name: cookie.value for name, cookie in opened.cookies.items()}
    opened.post(address(booking), form)

    second = Client()
    second.cookies.load(key)
    answer = second.post(address(booking), form, follow=True)

    booking.refresh_from_db()
    assert (answer.status_code, booking.link_number) == (200, 1)


@pytest.mark.parametrize(("typed", "words"), [("12", "Enter a phone number such as"), ("", "Write a phone number.")])
def test_an_answer_that_cannot_be_taken_is_asked_again(
    opened: Client, booking: Booking, typed: str, words: str
) -> None:
    again = answered(opened, booking, asked(opened, booking, "phone"), 400, phone=typed)

    assert title(again) == "Error: What is your phone number?"
    assert words in again.links["#id_phone"].replace("\N{NO-BREAK SPACE}", " ")
    assert again.forms[address(booking)]["phone"] == typed
    answered(opened, booking, again, phone="06 12 34 56 02")
    booking.refresh_from_db()
    assert booking.phone == "+33612345602"


def test_former_answer_that_could_not_be_taken_hinders_no_other(opened: Client, booking: Booking) -> None:
    answered(opened, booking, asked(opened, booking, "phone"), 400, phone="12")

    answered(opened, booking, asked(opened, booking, "name"), name="Bea Test")

    booking.refresh_from_db()
    assert (booking.name, booking.phone) == ("Bea Test", "+33612345601")


def test_form_of_before_a_correction_does_not_bring_the_mistyped_number_back(opened: Client, booking: Booking) -> None:
    shown = asked(opened, booking, "email")
    answered(opened, booking, asked(opened, booking, "phone"), phone="06 12 34 56 02")

    again = answered(opened, booking, shown, 409, email="ada@example.org")

    booking.refresh_from_db()
    assert (booking.phone, booking.email) == ("+33612345602", "")
    assert "We have this contact now: 06 12 34 56 02." in again.words.replace("\N{NO-BREAK SPACE}", " ")
    answered(opened, booking, again, email="ada@example.org")
    booking.refresh_from_db()
    assert booking.email == "ada@example.org"


def test_what_the_whole_form_could_not_take_is_asked_and_the_rest_of_it_is_kept(
    opened: Client, booking: Booking
) -> None:
    path = own(booking, "details/")
    form = page(opened.get(path)).forms[path]
    opened.post(path, {**form, "name": "Bea Test", "phone": "12"})

    shown = page(opened.get(f"{SIMPLE}{path}?why=again"))
    answered(opened, booking, shown, phone="06 12 34 56 02")

    booking.refresh_from_db()
    assert title(shown) == "Error: What is your phone number?"
    assert (booking.name, booking.phone) == ("Bea Test", "+33612345602")


def test_contact_is_asked_only_as_long_as_messages_go(opened: Client, booking: Booking, store: Store) -> None:
    Booking.objects.filter(pk=booking.pk).update(status="cancelled")

    shown = page(opened.get(address(booking)))

    assert "The phone number" not in shown.links.values()
    assert title(asked(opened, booking, "phone")) == "What is wrong?"


@pytest.mark.parametrize("ask", ["nonsense", "\0", "question_7", "form", "x" * 500])
def test_a_question_that_is_not_ours_is_never_a_failure(opened: Client, booking: Booking, ask: str) -> None:
    form = asked(opened, booking, "name").forms[address(booking)]

    response = opened.post(address(booking), {**form, "ask": ask, "name": ""})

    assert response.status_code == 303
    assert len(response["Location"]) < 400
    assert opened.get(response["Location"], follow=True).status_code in (200, 400)
