"""Back, Forward, reload, a second press and a second tab: what somebody has booked or chosen is never taken away."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from booking.bookings.lifecycle import cancel_booking
from booking.models import Booking, Hold
from booking.who import Who
from stores.models import Store
from tests.booking.customer.book.way import (
    ANSWER,
    BOOK,
    CHECK,
    CHOSEN,
    CONFIRM,
    DETAILS,
    ELEVEN,
    EXTEND,
    HOLD,
    TEN,
    TYPED,
    choose,
    details_url,
    filled,
    held,
)
from tests.booking.reading import page
from tests.factories import NOW, at, make_store

pytestmark = pytest.mark.django_db
FORM_KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")  # drawn by lot: three of its signs may be those of a number


# --- No page is the answer to a form --------------------------------------------------------------


@pytest.mark.parametrize("path", [BOOK, HOLD, EXTEND, DETAILS, ANSWER, CHECK, CONFIRM])
@pytest.mark.parametrize("sent", [{}, CHOSEN, {**CHOSEN, **TYPED}, {**CHOSEN, **TYPED, "phone": "12"}])
def test_a_form_is_answered_with_an_address_that_holds_nothing_typed(
    client: Client, store: Store, path: str, sent: dict[str, str]
) -> None:
    response = client.post(path, sent)

    assert response.status_code == 303
    location = FORM_KEY.sub("", response["Location"]).replace("%20", "")
    assert not [text for text in ("Ada", "612", "Second") if text in location]
    for _ in range(2):  # reload, Forward
        assert client.get(response["Location"]).status_code in (200, 400)


@pytest.mark.parametrize("prefix", ["", "/fr", "/ar"])
def test_what_was_typed_comes_along_into_another_language(client: Client, store: Store, prefix: str) -> None:
    form = filled(client)

    shown = page(client.post(f"{prefix}{DETAILS}", form, follow=True))

    again = next(sent for action, sent in shown.forms.items() if action.startswith(prefix) and "name" in sent)
    assert {name: again[name] for name in TYPED} == TYPED
    assert not shown.title.startswith("Error")


def test_details_offer_each_language_as_a_button_of_the_form(client: Client, store: Store) -> None:
    shown = held(client)

    actions = [button["formaction"] for button in shown.buttons if button.get("form") == "details"]
    assert {action.partition("/s/")[0] for action in actions} == {"/simple", "/fr", "/en", "/de", "/es", "/ar", "/uk"}


def test_a_browser_that_keeps_no_cookies_is_told_so_and_what_to_do(client: Client, store: Store) -> None:
    location = client.post(CONFIRM, {**CHOSEN, **TYPED, "phone": "12"})["Location"]

    response = Client().get(location)

    assert response.status_code == 400
    assert "Your browser did not keep what you typed for the next page." in page(response).words


def test_what_the_browser_remembers_can_be_read_by_nobody(client: Client, store: Store, settings: Settings) -> None:
    client.post(CONFIRM, {**filled(client), "phone": "12"})

    cookies = [cookie.value for cookie in client.cookies.values()]
    settings.SECRET_KEY = "another"
    response = client.get(f"{details_url()}&why=again")

    assert cookies
    assert not [one for one in cookies if "Ada" in one or "floor" in one or Hold.objects.get().public_id in one]
    assert "Ada" not in page(response).words


def test_what_the_browser_remembers_is_bounded(client: Client, store: Store) -> None:
    long = "".join(chr(0x4E00 + number * 7919 % 20000) for number in range(5000))
    for hour in (9, 10, 11, 14, 15, 16):
        starts_at = f"2026-11-24T{hour:02}:00:00+01:00"
        form = held(client, starts_at).forms[CONFIRM]
        response = client.post(CONFIRM, {**form, **TYPED, "note": long, "phone": "12"}, follow=True)
        again = page(response).forms[CONFIRM]
        assert (again["name"], again["phone"]) == ("Ada Test", "12")
        assert len(again["note"]) > 500
        held_now = [cookie for cookie in client.cookies.values() if cookie.key.startswith("way-") and cookie.value]
        assert max(len(cookie.OutputString()) for cookie in held_now) < 4096
        assert sum(len(cookie.value) for cookie in held_now) <= 6000


def test_what_was_typed_is_forgotten_after_half_an_hour_and_once_it_is_booked(client: Client, store: Store) -> None:
    location = client.post(CONFIRM, {**filled(client), "phone": "12"})["Location"]
    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        assert "Ada Test" not in client.get(location).content.decode()

    client.post(CONFIRM, {**page(client.get(location)).forms[CONFIRM], "phone": TYPED["phone"]})
    assert "Second floor" not in client.get(location).content.decode()


# --- Back after booking ---------------------------------------------------------------------------


def test_back_after_booking_shows_the_booked_visit(client: Client) -> None:
    make_store(capacity=1)
    details = choose(client)
    form = {**page(client.get(details)).forms[CONFIRM], **TYPED}
    client.post(CONFIRM, form)
    reference = Booking.objects.get().reference

    shown = page(client.get(details))

    assert f"This visit is booked: {reference[:4]}-{reference[4:]}" in shown.words.replace(
        "\N{NON-BREAKING HYPHEN}", "-"
    )
    assert "Tuesday 24 November, 10:00" in shown.words
    assert client.get(f"/b/{reference}/").status_code == 200
    assert f"/b/{reference}/" in shown.links
    assert CONFIRM not in shown.forms


def test_back_in_simple_words_shows_the_booked_visit_on_each_page_of_the_way(client: Client, store: Store) -> None:
    details = f"/simple/en{choose(client)}"
    form = page(client.get(details)).forms[f"/simple/en{ANSWER}"]
    phone = client.post(f"/simple/en{ANSWER}", {**form, "name": TYPED["name"]})["Location"]
    form = page(client.get(phone)).forms[f"/simple/en{ANSWER}"]
    check = client.post(f"/simple/en{ANSWER}", {**form, "phone": TYPED["phone"]})["Location"]
    client.post(f"/simple/en{CONFIRM}", page(client.get(check)).forms[f"/simple/en{CONFIRM}"])

    for address in (check, phone, details):
        assert "This visit is booked:" in page(client.get(address)).words


@pytest.mark.parametrize("again", [{}, {"name": "Ada Tset"}, {"starts_at": ELEVEN}])
def test_an_old_page_in_simple_words_sent_again_keeps_no_second_place(
    client: Client, store: Store, again: dict[str, str]
) -> None:
    form = filled(client)
    check = client.post(f"/simple/en{CHECK}", form)["Location"]
    client.post(f"/simple/en{CONFIRM}", page(client.get(check)).forms[f"/simple/en{CONFIRM}"])

    for path, sent in ((CHECK, form), (ANSWER, {**form, "ask": "name"})):
        shown = page(client.post(f"/simple/en{path}", {**sent, **again}, follow=True))
        assert "This visit is booked:" in shown.words
    assert not Hold.objects.exists()


def test_an_answer_lost_on_its_way_is_found_again(client: Client) -> None:
    """The server booked, the browser heard nothing: it holds neither the visit's cookie nor word of it."""
    make_store(capacity=1)
    details = choose(client)
    before = {name: cookie.value for name, cookie in client.cookies.items()}
    form = {**page(client.get(details)).forms[CONFIRM], **TYPED}
    client.post(CONFIRM, form)
    reference = Booking.objects.get().reference
    lost = Client()
    for name, value in before.items():
        lost.cookies[name] = value

    shown = page(lost.get(details))
    assert "This visit is booked:" in shown.words
    assert lost.get(f"/b/{reference}/").status_code == 200
    assert lost.post(CONFIRM, form)["Location"] == f"/b/{reference}/booked/"
    assert "This time has just been taken." in page(Client().get(details)).words


def test_back_after_the_visit_was_cancelled_starts_anew(client: Client, store: Store) -> None:
    details = choose(client)
    client.post(CONFIRM, {**page(client.get(details)).forms[CONFIRM], **TYPED})
    cancel_booking(booking_id=Booking.objects.get().pk, who=Who.customer(NOW))

    form = {**page(client.get(details)).forms[CONFIRM], **TYPED}
    response = client.post(CONFIRM, form)

    assert response["Location"].endswith("/booked/")
    assert [booking.status for booking in Booking.objects.order_by("pk")] == ["cancelled", "confirmed"]


def test_back_in_an_old_page_of_the_browser_s_own_cache_books_nothing_more(client: Client, store: Store) -> None:
    form = filled(client)
    first = client.post(CONFIRM, form)
    for again in (form, {**form, "name": "Ada Tset"}, {**form, "starts_at": ELEVEN}):
        assert Booking.objects.get().reference in client.post(CONFIRM, again)["Location"]
    assert first["Location"] == f"/b/{Booking.objects.get().reference}/booked/"


def test_two_tabs_book_one_visit_each(client: Client, store: Store) -> None:
    forms = [{**held(client, starts_at).forms[CONFIRM], **TYPED} for starts_at in (TEN, ELEVEN)]

    locations = {client.post(CONFIRM, form)["Location"] for form in (*forms, *forms)}

    assert len(locations) == 2
    assert [booking.starts_at for booking in Booking.objects.order_by("starts_at")] == [at(10), at(11)]


# --- What it costs --------------------------------------------------------------------------------


def test_each_step_asks_the_database_no_more_than_it_must(
    client: Client, store: Store, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries({"sqlite": 7, "postgresql": 6}[connection.vendor]):
        details = choose(client)
    with django_assert_num_queries(2):  # the store with its questions, what is kept
        form = {**page(client.get(details)).forms[CONFIRM], **TYPED}
    # The two, the form's key before and in the transaction, the booking; PostgreSQL writes it by one.
    with django_assert_num_queries({"sqlite": 15, "postgresql": 11}[connection.vendor]):
        client.post(CONFIRM, form)


@pytest.mark.parametrize(
    "path", ["book/hold/", "book/answer/", "book/check/", "book/confirm/", "book/details/", "book/extend/", "wait/"]
)
def test_form_for_a_store_that_takes_no_visits_any_more_is_led_to_the_word_for_it(
    client: Client, store: Store, path: str
) -> None:
    store.visit_types.update(is_active=False)

    response = client.post(f"/fr/s/{store.slug}/{path}", {"name": "Ada Test"}, follow=True)

    assert [status for _address, status in response.redirect_chain] == [303]
    assert response.status_code == 200
    assert "/fr/s/" in response.redirect_chain[0][0]
