"""A time is kept for whoever chose it while they type, without a countdown that takes anything away."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from booking.models import Booking, Hold
from stores.models import Desk, Store, StoreDay
from tests.booking.customer.book.way import BOOK, CHECK, CONFIRM, DETAILS, EXTEND, HOLD, KEPT, TEN, TYPED, filled, held
from tests.booking.reading import markup, page
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db

ELEVEN = "2026-11-24T11:00:00+01:00"


def test_choosing_a_time_keeps_it_and_leads_to_the_details(client: Client, store: Store) -> None:
    response = client.post(HOLD, {"visit_type": "visit", "party_size": "1", "starts_at": TEN})

    kept = Hold.objects.get()
    assert (kept.starts_at, kept.party_size, kept.expires_at) == (at(10), 1, NOW + timedelta(minutes=5))
    assert response.status_code == 303
    assert response["Location"].startswith(DETAILS)
    assert "Kept for you for 5 minutes" in page(client.get(response["Location"])).words
    cookie, *others = response.cookies.values()
    assert not others
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 1800)
    assert kept.public_id not in cookie.value


def test_a_kept_time_is_booked_though_nobody_else_could_have_it(client: Client) -> None:
    make_store(capacity=1)
    form = filled(client)

    other = Client().post(HOLD, {"visit_type": "visit", "party_size": "1", "starts_at": TEN}, follow=True)
    response = client.post(CONFIRM, form)

    assert other.status_code == 409
    assert response.status_code == 303
    assert Booking.objects.get().starts_at == at(10)
    assert not Hold.objects.exists()


def test_a_hold_that_ran_out_costs_nothing_while_the_time_is_free(client: Client, store: Store) -> None:
    form = filled(client)

    with time_machine.travel(NOW + timedelta(minutes=20), tick=False):
        response = client.post(CONFIRM, form)

    assert response.status_code == 303


def test_typing_longer_than_the_hold_keeps_the_time_again_on_the_way(client: Client, store: Store) -> None:
    form = held(client).forms[CONFIRM]

    with time_machine.travel(NOW + timedelta(minutes=20), tick=False):
        shown = page(client.post(CHECK, {**form, **TYPED}, follow=True))

        assert "Kept for you for 5 minutes" in shown.words
        assert shown.forms[CONFIRM]["hold"] != form["hold"]


def test_details_after_the_hold_ran_out_say_that_nothing_typed_is_lost(client: Client, store: Store) -> None:
    address = client.post(HOLD, {"visit_type": "visit", "party_size": "1", "starts_at": TEN})["Location"]

    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        shown = page(client.get(address))

    assert "This time is no longer kept for you. What you typed is still here." in shown.words
    assert CONFIRM in shown.forms


def test_details_of_a_time_taken_after_the_hold_ran_out_show_other_ways(client: Client) -> None:
    store = make_store(capacity=1)
    address = client.post(HOLD, {"visit_type": "visit", "party_size": "1", "starts_at": TEN})["Location"]

    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        make_booking(store, now=NOW + timedelta(minutes=6))
        response = client.get(address)

    assert response.status_code == 409
    assert "The nearest free times" in page(response).words


def test_the_hold_is_extended_twice_and_what_was_typed_stays(client: Client, store: Store) -> None:
    form = {**held(client).forms[CONFIRM], **TYPED, "name": "Ada"}

    for minutes in (10, 15):
        shown = page(client.post(EXTEND, form, follow=True))
        assert f"Kept for you for {minutes} minutes" in shown.words
        assert shown.forms[CONFIRM]["name"] == "Ada"
        assert "Error" not in shown.title
    assert "5 minutes longer" not in shown.words
    assert "Kept for you for 15 minutes" in page(client.post(EXTEND, form, follow=True)).words


def test_kept_time_is_one_line_until_two_minutes_are_left(client: Client, store: Store) -> None:
    token = held(client).forms[CONFIRM]["hold"]
    asked = {"visit_type": "visit", "party_size": "1", "starts_at": TEN, "hold": token}

    early = markup(client.get(KEPT, asked))
    with time_machine.travel(NOW + timedelta(minutes=3), tick=False):
        late = markup(client.get(KEPT, asked))

    assert early.count("Keep it 5 minutes longer") == late.count("Keep it 5 minutes longer") == 1
    assert "<noscript>" in early  # without JavaScript nothing would bring the button later
    assert "<noscript>" not in late


def test_a_page_that_asks_is_told_how_long_and_hears_it_only_at_the_end(client: Client, store: Store) -> None:
    token = held(client).forms[CONFIRM]["hold"]
    asked = {"visit_type": "visit", "party_size": "1", "starts_at": TEN, "hold": token}

    early = markup(client.get(KEPT, asked))
    with time_machine.travel(NOW + timedelta(minutes=3, seconds=10), tick=False):
        nearly = markup(client.get(KEPT, asked))
    with time_machine.travel(NOW + timedelta(minutes=3, seconds=40), tick=False):
        said_before = markup(client.get(KEPT, asked))
    with time_machine.travel(NOW + timedelta(minutes=4, seconds=10), tick=False):
        late = markup(client.get(KEPT, asked))
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        over = markup(client.get(KEPT, asked))

    assert 'hx-trigger="every 30s"' in early
    assert 'data-hx-swap-oob="innerHTML"></p>' in early
    assert 'data-hx-swap-oob="innerHTML">This time is kept for you for 2 more minutes.' in nearly
    assert "You can keep it 5 minutes longer." in nearly
    assert 'data-hx-swap-oob="innerHTML"></p>' in said_before
    assert 'data-hx-swap-oob="innerHTML">This time is kept for you for 1 more minute.' in late
    assert 'data-hx-swap-oob="innerHTML">This time is no longer kept for you.' in over
    assert "hx-trigger" not in over


def test_asking_changes_nothing(client: Client, store: Store) -> None:
    token = held(client).forms[CONFIRM]["hold"]
    before = (Hold.objects.values().get(), list(StoreDay.objects.values()))

    client.get(KEPT, {"starts_at": TEN, "hold": token})
    client.head(KEPT, {"starts_at": TEN, "hold": token})

    assert (Hold.objects.values().get(), list(StoreDay.objects.values())) == before


def test_another_time_is_kept_instead_of_the_first(client: Client, store: Store) -> None:
    form = filled(client)

    client.post(BOOK, form)
    shown = page(client.post(HOLD, {**form, "starts_at": ELEVEN}, follow=True))

    assert Hold.objects.get().starts_at == at(11)
    assert "Tuesday 24 November, 11:00" in shown.words
    assert shown.forms[CONFIRM]["name"] == "Ada Test"


def test_own_hold_does_not_stand_in_the_way_of_an_overlapping_time(client: Client) -> None:
    make_store(capacity=1)
    first = page(client.post(HOLD, {"visit_type": "advice", "starts_at": TEN}, follow=True)).forms[CONFIRM]

    response = client.post(HOLD, {**first, "starts_at": "2026-11-24T10:15:00+01:00"}, follow=True)

    assert response.status_code == 200
    assert Hold.objects.get().starts_at == at(10, 15)


def test_details_typed_in_part_are_not_judged_when_another_time_is_chosen(client: Client, store: Store) -> None:
    form = held(client).forms[CONFIRM]

    times = page(client.post(BOOK, {**form, "name": "Ada"}, follow=True))
    shown = page(client.post(HOLD, {**times.forms[HOLD], "starts_at": ELEVEN}, follow=True))

    assert shown.forms[CONFIRM]["name"] == "Ada"
    assert not shown.title.startswith("Error")


def test_a_forged_hold_keeps_nothing(client: Client) -> None:
    store = make_store(capacity=1)
    make_booking(store)

    response = client.post(CHECK, {"visit_type": "visit", "starts_at": TEN, "hold": "x.y", **TYPED}, follow=True)

    assert response.status_code == 409
    assert Booking.objects.count() == 1


def test_a_chosen_desk_is_kept_booked_and_shown(client: Client) -> None:
    store = make_store(capacity=1)
    Store.objects.update(offers_desk_choice=True)
    ada = Desk.objects.create(store=store, slug="ada", name="Ada Test", capacity=1, position=1)
    wish = {"visit_type": "visit", "starts_at": TEN, "desk": "ada"}

    shown = page(client.post(HOLD, wish, follow=True))
    check = page(client.post(CHECK, {**shown.forms[CONFIRM], **TYPED}, follow=True))
    client.post(CONFIRM, check.forms[CONFIRM])

    booking = Booking.objects.get()
    assert "With Ada Test" in check.words
    assert (booking.desk, booking.desk_was_chosen) == (ada, True)
    assert Client().post(HOLD, wish, follow=True).status_code == 409
    assert Client().post(HOLD, {**wish, "desk": ""}, follow=True).status_code == 200


def test_a_desk_that_is_not_offered_is_asked_again(client: Client, store: Store) -> None:
    Store.objects.update(offers_desk_choice=True)

    response = client.post(HOLD, {"visit_type": "visit", "starts_at": TEN, "desk": "nobody"}, follow=True)

    assert response.status_code == 404
    assert "This person or desk takes no visits now." in page(response).words


def test_holding_is_never_done_by_opening_a_page(client: Client, store: Store) -> None:
    assert client.get(HOLD, {"visit_type": "visit", "starts_at": TEN}).status_code == 405
    client.get(f"{BOOK}details/", {"visit_type": "visit", "starts_at": TEN})

    assert not Hold.objects.exists()
