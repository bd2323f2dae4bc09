from typing import Any

import pytest
from django.test import Client

from booking.models import Booking
from stores.models import Store
from tests.booking.customer.book.way import BOOK, CHECK, CONFIRM, DETAILS, HOLD, TYPED, checked, details_url, filled
from tests.booking.reading import page

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", [CHECK, CONFIRM])
@pytest.mark.parametrize(
    ("typed", "words", "field"),
    [
        ({"name": ""}, "Enter a name.", "id_name"),
        ({"name": "\0\x07"}, "Enter a name.", "id_name"),
        ({"name": "x" * 121}, "This is too long. Please shorten it.", "id_name"),
        ({"phone": ""}, "Enter a phone number or an e-mail address.", "id_phone"),
        ({"phone": "12"}, "Enter a phone number such as 06 12 34 56 78.", "id_phone"),
        ({"phone": "0899 70 00 00"}, "This number costs extra to reach.", "id_phone"),
        ({"phone": "1" * 5000}, "This is too long. Please shorten it.", "id_phone"),
        ({"email": "ada@"}, "Enter an e-mail address such as name@example.org.", "id_email"),
        ({"email": "ada@example.org\r\nBcc: x@example.org"}, "Enter an e-mail address", "id_email"),
        ({"note": "x" * 501}, "This is too long. Please shorten it.", "id_note"),
    ],
)
def test_check_refuses_bad_details_and_keeps_what_was_typed(
    client: Client, store: Store, path: str, typed: dict[str, str], words: str, field: str
) -> None:
    form = page(client.get(details_url())).forms[CONFIRM]
    sent = {**form, **TYPED, **typed}

    response = client.post(path, sent, follow=True)

    assert response.redirect_chain[0][1] == 303
    assert response.status_code == 400
    shown = page(response)
    assert shown.title.startswith("Error:")
    assert words in shown.links[f"#{field}"].replace("\N{NO-BREAK SPACE}", " ")
    assert field in shown.ids
    assert shown.forms[CONFIRM]["idempotency_key"] == form["idempotency_key"]
    for name in ("name", "phone", "email", "note"):
        # Parsers turn line ends into one character, and never show NUL.
        expected = sent[name].replace("\r\n", "\n").replace("\0", "")
        assert shown.forms[CONFIRM][name].replace("\r\n", "\n").replace("\0", "") == expected


def test_check_names_every_error_at_once(client: Client, store: Store) -> None:
    response = client.post(CHECK, page(client.get(details_url())).forms[CONFIRM], follow=True)

    assert {"#id_name", "#id_phone"} <= set(page(response).links)


def test_check_shows_everything_and_books_nothing(client: Client, store: Store) -> None:
    shown = checked(client)

    assert "Tuesday 24 November, 10:00" in shown.words
    assert "Ada Test" in shown.words
    assert "06 12 34 56 02" in shown.words
    assert "Second floor" in shown.words
    assert Booking.objects.count() == 0


def test_check_says_when_a_number_cannot_be_texted(client: Client, store: Store) -> None:
    shown = checked(client, phone="05 49 24 00 39")

    assert "We do not send text messages to this number." in shown.words


def test_check_leads_back_with_all_that_was_typed(client: Client, store: Store) -> None:
    shown = checked(client)

    details = page(client.get(next(shown.links_to(DETAILS))))

    assert {name: details.forms[CONFIRM][name] for name in TYPED} == TYPED
    assert details.forms[CONFIRM]["idempotency_key"] == shown.forms[CONFIRM]["idempotency_key"]


def test_another_time_is_chosen_without_typing_again(client: Client, store: Store) -> None:
    shown = checked(client)

    times = page(client.get(next(link for link in shown.links_to(BOOK) if DETAILS not in link) + "&day=2026-11-24"))
    button = next(button for button in times.buttons if "24T11:00" in button.get("value", ""))
    again = page(client.post(HOLD, {**times.forms[HOLD], "starts_at": button["value"]}, follow=True))

    assert "Tuesday 24 November, 11:00" in again.words
    assert again.forms[CONFIRM]["name"] == "Ada Test"
    assert not [link for link in (*times.links, *again.links) if "name=" in link or "Ada" in link]


@pytest.mark.parametrize("path", [CHECK, CONFIRM])
def test_steps_that_need_details_lead_to_the_start_when_opened(client: Client, store: Store, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 303
    assert response["Location"] == f"{BOOK}?visit_type=visit&party_size=1"


@pytest.mark.parametrize("path", [BOOK, DETAILS, CHECK, CONFIRM])
@pytest.mark.parametrize(
    "sent",
    [{}, {"starts_at": "\0"}, {"starts_at": "2026-11-24T10:00:00+01:00"}, {"visit_type": "x", "name": ["a", "b"]}],
)
def test_posts_with_parts_missing_are_never_a_failure_of_ours(
    client: Client, store: Store, path: str, sent: dict[str, Any]
) -> None:
    response = client.post(path, sent)

    assert response.status_code == 303
    assert client.get(response["Location"], follow=True).status_code in (200, 400, 404, 409)
    assert Booking.objects.count() == 0


@pytest.mark.parametrize("prefix", ["", "/simple"])
def test_a_likely_slip_in_an_address_is_asked_about_once_and_never_in_the_way(
    client: Client, store: Store, prefix: str
) -> None:
    form = filled(client, phone="", email="ada@gmial.com")

    asked = page(client.post(prefix + CONFIRM, form, follow=True))

    assert "Did you mean ada@gmail.com?" in asked.words
    assert any(link.endswith("#id_email") for link in asked.links)
    assert Booking.objects.count() == 0
    client.post(prefix + CONFIRM, asked.forms[prefix + CONFIRM])
    assert Booking.objects.get().email == "ada@gmial.com"


@pytest.mark.parametrize("prefix", ["", "/simple"])
def test_address_that_was_likely_meant_is_taken_by_one_press(client: Client, store: Store, prefix: str) -> None:
    form = filled(client, phone="", email="ada@gmial.com")
    asked = page(client.post(prefix + CONFIRM, form, follow=True))

    assert asked.offered["ada@gmail.com"] == "Book with ada@gmail.com"
    client.post(prefix + CONFIRM, {**asked.forms[prefix + CONFIRM], "email_meant": "ada@gmail.com"})

    assert Booking.objects.get().email == "ada@gmail.com"


@pytest.mark.parametrize(
    ("phone", "problem"),
    [
        ("06 12 34 56 7", "one digit too few"),
        ("06 12 34 56 78 9", "one digit too many"),
        ("12", "Enter a phone number"),
    ],
)
def test_phone_number_with_a_digit_too_few_or_too_many_says_so(
    client: Client, store: Store, phone: str, problem: str
) -> None:
    asked = page(client.post(CONFIRM, filled(client, phone=phone), follow=True))

    assert problem in asked.words


def test_an_example_of_a_number_stays_on_one_line(client: Client, store: Store) -> None:
    form = filled(client, phone="12")

    html = client.post(CONFIRM, form, follow=True).content.decode()

    assert "06\N{NO-BREAK SPACE}12\N{NO-BREAK SPACE}34\N{NO-BREAK SPACE}56\N{NO-BREAK SPACE}78." in html
    assert "06 12 34" not in html
