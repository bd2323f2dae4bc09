from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from booking import limits
from booking.bookings.lifecycle import cancel_booking
from booking.models import Booking
from booking.who import Who
from stores.models import Store
from tests.booking.ceased import ceasing_to_offer
from tests.booking.customer.book.way import CONFIRM, HOLD, TEN, TYPED, filled, held
from tests.booking.reading import page
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db


def test_confirm_books_and_shows_it_at_its_own_address(client: Client, store: Store) -> None:
    response = client.post(CONFIRM, filled(client))

    booking = Booking.objects.get()
    assert response.status_code == 303
    assert response["Location"] == f"/b/{booking.reference}/booked/"
    assert (booking.name, booking.phone, booking.note) == ("Ada Test", "+33612345602", "Second floor")
    assert (booking.starts_at, booking.source, booking.locale) == (at(10), "web", "en")
    for _ in range(2):
        shown = page(client.get(response["Location"]))
        assert f"{booking.reference[:4]}-{booking.reference[4:]}" in shown.words
        assert "Tuesday 24 November, 10:00" in shown.words
        assert "1 Rue de la Gare, 79000 Niort" in shown.words
        assert "A text message is on its way to 06 12 34 56 02" in shown.words
        assert f"/b/{booking.reference}/calendar.ics" in shown.links


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"phone": "05 49 24 00 39"}, "We do not send text messages to this number."),
        ({"phone": "", "email": "ada@example.org"}, "An e-mail is on its way to ada@example.org"),
        ({"phone": "05 49 24 00 39"}, "No message brings it to you."),
    ],
)
def test_confirmed_says_which_message_comes(client: Client, store: Store, typed: dict[str, str], words: str) -> None:
    response = client.post(CONFIRM, {**filled(client, **typed), "checked": "1"}, follow=True)

    assert words in page(response).words


def test_confirm_sent_twice_books_once_and_shows_the_same(client: Client, store: Store) -> None:
    form = filled(client)

    first, second = client.post(CONFIRM, form), client.post(CONFIRM, form)

    assert Booking.objects.count() == 1
    assert second["Location"] == first["Location"]


def test_an_old_form_sent_with_another_time_shows_what_it_booked(client: Client, store: Store) -> None:
    form = filled(client)
    client.post(CONFIRM, form)

    response = client.post(CONFIRM, {**form, "starts_at": "2026-11-24T11:00:00+01:00"}, follow=True)

    assert Booking.objects.get().starts_at == at(10)
    assert "This visit was booked already. You can change it here." in page(response).words


def test_two_forms_book_twice(client: Client, store: Store) -> None:
    for starts_at in (TEN, "2026-11-24T11:00:00+01:00"):
        client.post(CONFIRM, {**held(client, starts_at).forms[CONFIRM], **TYPED})

    assert Booking.objects.count() == 2


@pytest.mark.parametrize("key", ["", "x", "\0", "k" * 5000])
def test_confirm_with_a_key_that_is_not_ours_books(client: Client, store: Store, key: str) -> None:
    response = client.post(CONFIRM, {**filled(client), "idempotency_key": key})

    assert response.status_code == 303


def test_confirm_of_a_time_just_taken_keeps_everything_and_offers_three_times(client: Client) -> None:
    store = make_store(capacity=1)
    form = filled(client)
    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):  # it is kept no longer
        make_booking(store, now=NOW + timedelta(minutes=6))
        response = client.post(CONFIRM, form, follow=True)

    assert response.status_code == 409
    shown = page(response)
    assert shown.title.startswith("Error:")
    assert "This time has just been taken. Please choose another one." in shown.words
    assert "Ada Test" in shown.words
    times = [button["value"] for button in shown.buttons if button.get("name") == "starts_at"]
    assert len(times) == 4  # the three nearest, and the next day
    again = page(client.post(HOLD, {**shown.forms[HOLD], "starts_at": times[0]}, follow=True))
    assert client.post(CONFIRM, again.forms[CONFIRM]).status_code == 303
    assert Booking.objects.filter(name="Ada Test", source="web").count() == 1


def test_confirm_after_the_minimum_notice_says_so_with_other_times(client: Client, store: Store) -> None:
    form = filled(client)

    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        store.minimum_notice_minutes = 48 * 60
        store.save()
        response = client.post(CONFIRM, form, follow=True)

    assert response.status_code == 409
    assert "This time is too close." in page(response).words
    assert [button for button in page(response).buttons if button.get("name") == "starts_at"]


def test_confirm_beyond_the_open_bookings_allowed_leads_to_the_phone(client: Client, store: Store) -> None:
    for minute in (15, 30):
        make_booking(store, starts_at=at(10, minute), phone="+33612345602")

    response = client.post(CONFIRM, filled(client), follow=True)

    assert response.status_code == 409
    assert "You already have 2 visits booked here: one person can have no more at a time." in page(response).words
    assert "Phone the store: 05 49 24 00 39" in page(response).words


def test_kind_of_visit_that_ceases_to_be_offered_while_it_is_booked_is_refused(client: Client, store: Store) -> None:
    form = filled(client)

    with ceasing_to_offer("visit"):
        answer = client.post(CONFIRM, form)

    assert (answer.status_code, "why=slot_closed" in answer["Location"]) == (303, True)
    assert client.get(answer["Location"]).status_code < 500
    assert not Booking.objects.exists()


def test_too_many_new_bookings_of_one_number_say_when_to_try_again(
    client: Client, store: Store, settings: Settings
) -> None:
    settings.RATE_LIMITS = True
    phone = "06 12 34 56 77"
    limits._limiter().storage.reset()
    for _ in range(3):
        client.post(CONFIRM, filled(client, phone=phone))
        for booking in Booking.objects.filter(status="confirmed"):
            cancel_booking(booking_id=booking.pk, who=Who.staff(None, NOW))

    response = client.post(CONFIRM, filled(client, phone=phone), follow=True)
    address = response.redirect_chain[-1][0]
    limits._limiter().storage.reset()
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        reloaded = client.get(address)
    with time_machine.travel(NOW + timedelta(hours=25), tick=False):
        over = client.get(address)

    assert (over.status_code, over["Location"].partition("?")[0]) == (303, "/s/corner-shop-niort/book/details/")
    assert int(response["Retry-After"]) - int(reloaded["Retry-After"]) == 3600
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert "Please try again tomorrow, or phone the store." in page(response).words
    assert Booking.objects.count() == 3


def test_nothing_typed_ever_stands_in_an_address(client: Client, store: Store) -> None:
    response = client.post(CONFIRM, filled(client, email="ada@example.org"), follow=True)

    addresses = [*page(response).links, *(address for address, _ in response.redirect_chain)]
    assert not [address for address in addresses if "Ada" in address or "example.org" in address]


def test_text_of_any_script_is_kept_and_shown_as_typed(client: Client, store: Store) -> None:
    name = "Łukasz 日本 <b>O'Neil</b> & עברית"

    shown = page(client.post(CONFIRM, filled(client, name=name), follow=True))

    assert Booking.objects.get().name == name
    assert name in shown.words


def test_stores_nearby_offer_their_time_nearest_to_the_wanted_one(client: Client) -> None:
    store = make_store(capacity=1)
    make_store("near-niort", name="Near Shop", latitude=46.33)
    form = filled(client)
    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        make_booking(store, now=NOW + timedelta(minutes=6))
        shown = page(client.post(CONFIRM, form, follow=True))

    assert "Near Shop 1.1 km away, free Tuesday 24 November, 10:00" in shown.words
    assert "/s/near-niort/book/?visit_type=visit&party_size=1&day=2026-11-24" in shown.links
