from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection
from django.test import Client

from booking.models import Booking, Hold, IdempotentAnswer
from stores.models import Slot, Store
from tests.booking.api.calls import Api, Json, customer, fields_of, refusal_of, request_to_book, wish

KEY = "7c4a8d09"


def test_same_key_and_body_have_the_same_answer(store: Store, api: Api) -> None:
    first = api.post("/bookings", request_to_book(), Idempotency_Key=KEY)
    again = api.post("/bookings", request_to_book(), Idempotency_Key=KEY)

    assert (again.status_code, again.content, again["Location"]) == (201, first.content, first["Location"])
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Booking.objects.count() == 1


def test_spaces_and_order_make_no_other_body(store: Store, api: Api) -> None:
    api.call("POST", "/holds", body=wish(), Idempotency_Key=KEY)
    spaced = b'{ "party_size": 1, "starts_at": "2026-11-24T10:00:00+01:00",\n "visit_type": "visit", "store": "%s" }'

    again = api.call("POST", "/holds", raw=spaced % store.slug.encode(), Idempotency_Key=KEY)

    assert again["Idempotent-Replayed"] == "true"


def test_same_key_with_another_body_is_a_mismatch(store: Store, api: Api) -> None:
    api.post("/bookings", request_to_book(), Idempotency_Key=KEY)

    answer = api.post("/bookings", request_to_book(party_size=2), Idempotency_Key=KEY)

    assert refusal_of(answer) == (422, "idempotency_mismatch")
    assert Booking.objects.count() == 1


def test_other_keys_and_other_addresses_are_other_requests(store: Store, api: Api) -> None:
    first = api.post("/holds", wish(), Idempotency_Key=KEY).json()

    assert api.post("/holds", wish(), Idempotency_Key="another").json()["token"] != first["token"]
    assert api.post("/bookings", request_to_book(hold=first["token"]), Idempotency_Key=KEY).status_code == 201


def test_answer_is_kept_for_24_hours(store: Store, api: Api, clock: time_machine.Traveller) -> None:
    first = api.post("/holds", wish(starts_at="2026-11-26T10:00:00+01:00"), Idempotency_Key=KEY).json()
    clock.shift(timedelta(hours=23, minutes=59))
    kept = api.post("/holds", wish(starts_at="2026-11-26T10:00:00+01:00"), Idempotency_Key=KEY)
    clock.shift(timedelta(minutes=1))
    late = api.post("/holds", wish(starts_at="2026-11-26T10:00:00+01:00"), Idempotency_Key=KEY)

    assert kept.json() == first
    assert late.status_code == 201
    assert late.json()["token"] != first["token"]
    assert IdempotentAnswer.objects.count() == 1


def test_refused_try_is_not_kept(store: Store, api: Api) -> None:
    for party_size in (5, 5, 1):
        answer = api.post("/bookings", request_to_book(party_size=party_size), Idempotency_Key=KEY)

    assert answer.status_code == 201
    assert Booking.objects.count() == 1


def test_bad_input_is_not_kept(store: Store, api: Api) -> None:
    assert fields_of(api.post("/bookings", {}, Idempotency_Key=KEY))
    assert api.post("/bookings", request_to_book(), Idempotency_Key=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "a" * 256, "é", "a\x7f", "\t"], ids=repr)
def test_what_is_no_key_is_refused(store: Store, api: Api, key: str) -> None:
    assert fields_of(api.post("/bookings", request_to_book(), Idempotency_Key=key)) == [("Idempotency-Key", "invalid")]
    assert not Booking.objects.exists()


@pytest.mark.parametrize("key", ["!", "~" * 255, '"quoted"'])
def test_every_visible_character_makes_a_key(store: Store, api: Api, key: str) -> None:
    assert api.post("/bookings", request_to_book(), Idempotency_Key=key).status_code == 201


def test_no_token_is_stored_with_an_answer(store: Store, api: Api) -> None:
    booking = api.post("/bookings", request_to_book(), Idempotency_Key=KEY).json()
    hold = api.post("/holds", wish(), Idempotency_Key=KEY).json()
    api.post(f"/holds/{hold['token']}/extend", Idempotency_Key=KEY)
    customer(booking).post(f"/bookings/{booking['reference']}/confirm", Idempotency_Key=KEY)

    stored = " ".join(str(row) for row in IdempotentAnswer.objects.values_list())

    assert IdempotentAnswer.objects.count() == 5  # the booking's is known by its body and by its network
    assert booking["manage_token"] not in stored
    assert hold["token"] not in stored


@pytest.mark.parametrize("action", ["cancel", "confirm", "erase"])
def test_actions_on_a_booking_are_answered_once(booked: Json, action: str) -> None:
    path = f"/bookings/{booked['reference']}/{action}"

    first = customer(booked).post(path, Idempotency_Key=KEY)
    again = customer(booked).post(path, Idempotency_Key=KEY)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"


def test_moving_is_answered_once(booked: Json) -> None:
    path, body = f"/bookings/{booked['reference']}/reschedule", {"starts_at": "2026-11-25T10:00:00+01:00"}

    first = customer(booked).post(path, body, Idempotency_Key=KEY)
    again = customer(booked).post(path, body, Idempotency_Key=KEY)

    assert first.json()["sequence"] == 1
    assert again.content == first.content


def test_hold_and_extension_are_answered_once(store: Store, api: Api) -> None:
    first = api.post("/holds", wish(), Idempotency_Key=KEY)
    again = api.post("/holds", wish(), Idempotency_Key=KEY)
    path = f"/holds/{first.json()['token']}/extend"
    extended = [api.post(path, Idempotency_Key=KEY).content for _ in range(4)]

    assert again.content == first.content
    assert extended == extended[:1] * 4
    assert Hold.objects.get().extensions == 1


def test_lookup_is_answered_once(store: Store, api: Api) -> None:
    first = api.post("/availability/lookup", {"slots": [wish(party_size=2)]}, Idempotency_Key=KEY)
    api.post("/bookings", request_to_book())
    again = api.post("/availability/lookup", {"slots": [wish(party_size=2)]}, Idempotency_Key=KEY)

    assert again.content == first.content


def test_key_of_another_token_opens_nothing(booked: Json, api: Api) -> None:
    path = f"/bookings/{booked['reference']}/confirm"
    customer(booked).post(path, Idempotency_Key=KEY)

    assert refusal_of(api.post(path, Idempotency_Key=KEY)) == (404, "not_found")
    assert refusal_of(Api("Bearer x").post(path, Idempotency_Key=KEY)) == (404, "not_found")


def test_erasure_forgets_the_answers(store: Store, api: Api) -> None:
    booking = api.post("/bookings", request_to_book(), Idempotency_Key=KEY).json()

    customer(booking).post(f"/bookings/{booking['reference']}/erase")

    assert not IdempotentAnswer.objects.exists()


def test_deed_and_answer_are_one_transaction(store: Store, api: Api) -> None:
    def fail_at_the_answer(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('UPDATE "booking_idempotentanswer"'):
            raise DatabaseError("the process dies here")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail_at_the_answer), pytest.raises(DatabaseError):
        api.post("/bookings", request_to_book(), Idempotency_Key=KEY)

    assert not Booking.objects.exists()
    assert not IdempotentAnswer.objects.exists()
    assert not Slot.objects.filter(places_taken__gt=0).exists()


class Elsewhere(Api):
    """A caller from another network."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.client = Client(REMOTE_ADDR=address)


def test_two_strangers_with_one_key_do_not_meet(store: Store, api: Api) -> None:
    bea = {"name": "Bea Test", "phone": "06 12 34 56 09"}

    first = api.post("/bookings", request_to_book(), Idempotency_Key=KEY)
    other = Elsewhere("203.0.113.9").post("/bookings", request_to_book(customer=bea), Idempotency_Key=KEY)

    assert (first.status_code, other.status_code) == (201, 201)
    assert Booking.objects.count() == 2


def test_two_strangers_with_one_key_do_not_share_a_hold(store: Store, api: Api) -> None:
    first = api.post("/holds", wish(), Idempotency_Key=KEY).json()
    other = Elsewhere("203.0.113.9").post("/holds", wish(), Idempotency_Key=KEY).json()

    assert first["token"] != other["token"]


@pytest.mark.parametrize("changes", [{"party_size": 2}, {"customer": {"name": "Bea Test", "email": "bea@example.org"}}])
def test_one_caller_s_key_with_another_body_is_a_mismatch_and_keeps_its_answer(
    store: Store, api: Api, changes: Json
) -> None:
    first = api.post("/bookings", request_to_book(), Idempotency_Key=KEY)

    assert refusal_of(api.post("/bookings", request_to_book(**changes), Idempotency_Key=KEY)) == (
        422,
        "idempotency_mismatch",
    )
    assert api.post("/bookings", request_to_book(), Idempotency_Key=KEY).content == first.content


def test_a_phone_that_changed_its_network_is_answered_again(store: Store, api: Api) -> None:
    first = api.post("/bookings", request_to_book(), Idempotency_Key=KEY)
    again = Elsewhere("2001:db8::7").post("/bookings", request_to_book(), Idempotency_Key=KEY)

    assert again.content == first.content
    assert Booking.objects.count() == 1


def test_staff_keys_are_their_own(store: Store, manager: Api, staff: Api) -> None:
    body = {"visit_type": "visit", "starts_at": "2026-11-24T10:00:00+01:00", "customer": {"name": "Ada Test"}}
    path = f"/staff/stores/{store.slug}/bookings"

    first = manager.post(path, body, Idempotency_Key=KEY)
    again = manager.post(path, body, Idempotency_Key=KEY)
    other = staff.post(path, body, Idempotency_Key=KEY)

    assert again.content == first.content
    assert other.json()["reference"] != first.json()["reference"]
