"""What a stranger gains by choosing the key of somebody else's form, or by sending forms from another site: nothing."""

import re
from secrets import token_hex

import pytest
from django.test import Client

from booking.models import Booking, Hold, WaitingListEntry
from stores.models import Store
from tests.booking.customer.book.way import BOOK, CHECK, CONFIRM, DETAILS, EXTEND, HOLD, TEN, TYPED, filled
from tests.booking.reading import page
from tests.factories import make_store

pytestmark = pytest.mark.django_db

KEY = "7571a73a-bd9c-4b1a-a8bd-a2dc4c956ff5"
WAIT = "/s/corner-shop-niort/wait/"
HERE = "/s/corner-shop-niort/here/"
CHOSEN = {"visit_type": "visit", "party_size": "1", "starts_at": TEN}
STRANGER = {"name": "Eve Test", "phone": "", "email": "eve@example.org", "note": ""}
WAITING = {"visit_type": "visit", "party_size": "1", "from": "2026-11-24", "to": "2026-11-25"}


def own_keys(client: Client) -> list[str]:
    """Return the cookies that open a visit or a place on a waiting list."""
    return [name for name in client.cookies if re.match(r"(__Host-)?(booking|waiting)-", name)]


@pytest.mark.parametrize("typed", [STRANGER, TYPED, {**TYPED, "note": ""}], ids=["other", "same", "nearly the same"])
@pytest.mark.parametrize("path", [CONFIRM, CHECK])
def test_a_stranger_with_the_key_of_a_form_learns_nothing_of_the_booking(
    client: Client, store: Store, path: str, typed: dict[str, str]
) -> None:
    form = filled(client)
    client.post(CONFIRM, form)
    booking = Booking.objects.get()
    stranger = Client()

    first = stranger.post(path, {**CHOSEN, **typed, "idempotency_key": form["idempotency_key"]})
    answers = [
        first,
        stranger.post(CONFIRM, {**CHOSEN, **typed, "idempotency_key": form["idempotency_key"]}, follow=True),
    ]

    assert own_keys(stranger) == []
    assert Booking.objects.get() == booking
    for answer in answers:
        text = answer.content.decode() + answer.get("Location", "")
        assert booking.reference not in text
        if typed == STRANGER:
            assert "Ada" not in text
    assert "This visit was booked already" in page(answers[-1]).words


def test_a_key_that_a_stranger_chose_is_not_the_one_that_books(client: Client, store: Store) -> None:
    """They lead somebody to the details by a link with a key of theirs, and come for the visit afterwards."""
    lure = {**CHOSEN, "form": KEY}
    form = {**page(client.get(DETAILS, lure)).forms[CONFIRM], **TYPED}
    assert form["idempotency_key"] != KEY
    client.post(CONFIRM, form)
    stranger = Client()
    stranger.get(DETAILS, lure)

    stranger.post(CONFIRM, {**CHOSEN, **TYPED, "idempotency_key": KEY}, follow=True)

    booking = Booking.objects.get(name="Ada Test", phone="+33612345602")
    assert not [name for name in own_keys(stranger) if booking.reference in name]


def test_the_same_browser_with_other_words_in_the_form_is_led_to_its_visit(client: Client, store: Store) -> None:
    form = filled(client)
    client.post(CONFIRM, form)

    response = client.post(CONFIRM, {**form, "name": "Ada Tset"}, follow=True)

    assert "This visit was booked already. You can change it here." in page(response).words
    assert Booking.objects.get().name == "Ada Test"


def test_a_browser_without_cookies_books_once_however_often_it_sends(store: Store) -> None:
    sent = {**CHOSEN, **TYPED, "idempotency_key": KEY}

    first, second = Client().post(CONFIRM, sent), Client().post(CONFIRM, sent)

    assert Booking.objects.count() == 1
    assert second["Location"] == first["Location"]


def test_a_stranger_with_the_key_of_a_waiting_list_s_form_learns_nothing(client: Client) -> None:
    make_store(capacity=1)
    form = {**page(client.get(WAIT, WAITING)).forms[WAIT], **TYPED, "email": "ada@example.org"}
    client.post(WAIT, form)
    entry = WaitingListEntry.objects.get()
    stranger = Client()

    for typed in (STRANGER, TYPED):
        sent = {**WAITING, **typed, "idempotency_key": form["idempotency_key"]}
        answer = stranger.post(WAIT, sent, follow=True)
        assert answer.status_code == 409
        assert entry.reference not in answer.content.decode()
        assert "This form was used before." in page(answer).words

    assert own_keys(stranger) == []
    assert client.post(WAIT, form)["Location"].startswith(f"/w/{entry.reference}/")


@pytest.mark.parametrize("path", [DETAILS, CHECK, CONFIRM, EXTEND, WAIT, HERE])
def test_a_form_that_another_site_sends_is_refused(client: Client, store: Store, path: str) -> None:
    sent = {**CHOSEN, **WAITING, **TYPED, "who": "123456"}

    response = client.post(path, sent, headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"})

    assert response.status_code == 403
    assert "/s/corner-shop-niort/" in page(response).links
    assert not client.cookies
    assert [model.objects.count() for model in (Booking, Hold, WaitingListEntry)] == [0, 0, 0]


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "same-origin"}])
@pytest.mark.parametrize("path", [DETAILS, CHECK, CONFIRM, EXTEND, WAIT])
def test_own_forms_and_those_of_which_nothing_is_known_are_let_in(
    client: Client, store: Store, path: str, headers: dict[str, str]
) -> None:
    assert client.post(path, {**CHOSEN, **WAITING, **TYPED}, headers=headers).status_code == 303


def test_a_shop_s_own_site_may_lead_on_with_a_chosen_time(client: Client, store: Store) -> None:
    """The way of the embedded times, in a browser that takes the frame for another site."""
    response = client.post(HOLD, CHOSEN, headers={"Sec-Fetch-Site": "cross-site"}, follow=True)

    form = {**page(response).forms[CONFIRM], **TYPED}
    assert client.post(CONFIRM, form, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("path", [BOOK, DETAILS, WAIT])
def test_a_link_from_anywhere_opens_a_page(client: Client, store: Store, path: str) -> None:
    assert client.get(path, CHOSEN, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_a_hold_longer_than_any_of_ours_is_none_and_no_page_works_on_it(client: Client, store: Store) -> None:
    hold = token_hex(2_500)  # no cookie has room for it

    shown = client.get(DETAILS, {**CHOSEN, "hold": hold})
    sent = client.post(CHECK, {**CHOSEN, **TYPED, "hold": hold})

    assert shown.status_code == 200
    assert sent.status_code == 303
    assert hold not in sent["Location"]
