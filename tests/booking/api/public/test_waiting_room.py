"""Programs in a rush: 429 with Retry-After while visitors wait, and nothing counted against the customer."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from booking.models import Booking
from stores.models import Role, Store
from tests.booking.api.calls import Api, customer, refusal_of, request_to_book, signed_in, wish
from tests.factories import NOW, make_store

BOOK = "/s/corner-shop-niort/book/"


@pytest.fixture
def store(db: None, settings: Settings, limits_on: None) -> Store:
    settings.WAITING_ROOM_PER_MINUTE = 6
    return make_store(has_waiting_room=True)


def test_a_program_books_while_nobody_waits(store: Store, api: Api) -> None:
    assert api.post("/bookings", request_to_book()).status_code == 201


def test_a_program_is_told_when_to_try_again(store: Store, api: Api, clock: time_machine.Traveller) -> None:
    Client().get(BOOK)

    refused = [api.post("/holds", wish()), api.post("/bookings", request_to_book())]

    assert [refusal_of(one) for one in refused] == [(429, "rate_limited")] * 2
    assert [one["Retry-After"] for one in refused] == ["10", "10"]  # it takes no place before the others
    clock.shift(timedelta(seconds=10))
    assert api.post("/bookings", request_to_book()).status_code == 201


def test_what_was_refused_counts_against_nobody(store: Store, api: Api, clock: time_machine.Traveller) -> None:
    Client().get(BOOK)
    for _ in range(5):
        assert api.post("/bookings", request_to_book()).status_code == 429

    clock.shift(timedelta(seconds=10))

    assert api.post("/bookings", request_to_book()).status_code == 201


def test_whoever_holds_places_books_them(store: Store, api: Api) -> None:
    token = api.post("/holds", wish()).json()["token"]
    Client().get(BOOK)

    assert api.post("/bookings", request_to_book(hold=token)).status_code == 201


def test_a_hold_that_is_none_opens_no_way_round(store: Store, api: Api) -> None:
    Client().get(BOOK)

    assert refusal_of(api.post("/bookings", request_to_book(hold="nonsense"))) == (409, "hold_expired")


def test_before_the_opening_no_program_books(store: Store, api: Api) -> None:
    Store.objects.update(bookings_open_at=NOW + timedelta(minutes=5))

    refused = api.post("/bookings", request_to_book())

    assert refusal_of(refused) == (429, "rate_limited")
    assert refused["Retry-After"] == "300"
    assert Booking.objects.count() == 0


def test_the_switch_is_known_after_ten_seconds(store: Store, api: Api, clock: time_machine.Traveller) -> None:
    Store.objects.update(bookings_open_at=NOW + timedelta(minutes=5))
    assert api.post("/holds", wish()).status_code == 429
    Store.objects.update(has_waiting_room=False)
    assert api.post("/holds", wish()).status_code == 429

    clock.shift(timedelta(seconds=10))

    assert api.post("/holds", wish()).status_code == 201


def test_what_is_booked_is_managed_in_a_rush(store: Store, api: Api) -> None:
    booking = api.post("/bookings", request_to_book()).json()
    Store.objects.update(bookings_open_at=NOW + timedelta(minutes=5))
    path = f"/bookings/{booking['reference']}"
    keeper = customer(booking)

    assert keeper.post(f"{path}/confirm").status_code == 200
    assert keeper.post(f"{path}/reschedule", {"starts_at": "2026-11-25T10:00:00+01:00"}).status_code == 200
    assert keeper.post(f"{path}/cancel").status_code == 200


def test_staff_never_wait(store: Store) -> None:
    Store.objects.update(bookings_open_at=NOW + timedelta(minutes=5))
    staff = signed_in(store, Role.STAFF, "cleo")

    answer = staff.post(f"/staff/stores/{store.slug}/bookings", {**request_to_book(), "source": "phone"})

    assert answer.status_code == 201


def test_places_of_an_expired_hold_are_taken_by_the_entry_that_was_open(
    store: Store, api: Api, clock: time_machine.Traveller
) -> None:
    """With a key, the whole call is tried again: it has taken its entry then."""
    make_store("one-place", has_waiting_room=True, capacity=1)
    wanted = wish(store="one-place")
    assert api.post("/holds", wanted).status_code == 201
    clock.shift(timedelta(minutes=6))

    assert api.post("/holds", wanted, Idempotency_Key="one").status_code == 201
