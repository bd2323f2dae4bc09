from datetime import timedelta

import pytest
import time_machine

from booking.models import Hold
from stores.models import Store
from tests.booking.api.calls import Api, Json, fields_of, refusal_of, request_to_book, wish
from tests.factories import make_booking


def test_hold_keeps_places_for_5_minutes(store: Store, api: Api) -> None:
    answer = api.post("/holds", wish(party_size=2))

    assert answer.status_code == 201
    assert answer.json()["expires_at"] == "2026-11-23T09:05:00+01:00"
    assert refusal_of(api.post("/bookings", request_to_book())) == (409, "slot_full")


def test_hold_ends_by_itself(store: Store, api: Api, clock: time_machine.Traveller) -> None:
    api.post("/holds", wish(party_size=2))
    clock.shift(timedelta(minutes=5))

    assert api.post("/bookings", request_to_book(party_size=2)).status_code == 201


def test_hold_becomes_a_booking(store: Store, api: Api) -> None:
    token = api.post("/holds", wish(party_size=2)).json()["token"]

    assert api.post("/bookings", request_to_book(party_size=2, hold=token)).status_code == 201
    assert not Hold.objects.exists()


@pytest.mark.parametrize("token", ["", "nonsense", "a.b", "\u00e9", "x" * 500])
def test_booking_with_an_unknown_hold_is_refused(store: Store, api: Api, token: str) -> None:
    assert refusal_of(api.post("/bookings", request_to_book(hold=token))) == (409, "hold_expired")


def test_booking_with_an_expired_hold_is_refused(store: Store, api: Api, clock: time_machine.Traveller) -> None:
    token = api.post("/holds", wish()).json()["token"]
    clock.shift(timedelta(minutes=6))

    assert refusal_of(api.post("/bookings", request_to_book(hold=token))) == (409, "hold_expired")


def test_hold_is_extended_twice_at_most(store: Store, api: Api) -> None:
    token = api.post("/holds", wish()).json()["token"]

    answers = [api.post(f"/holds/{token}/extend") for _ in range(3)]

    assert [answer.json().get("expires_at") for answer in answers] == [
        "2026-11-23T09:10:00+01:00",
        "2026-11-23T09:15:00+01:00",
        None,
    ]
    assert answers[0].json()["token"] == token
    assert refusal_of(answers[2]) == (409, "hold_expired")


@pytest.mark.parametrize("token", ["nonsense", "a.b", "%F0%9F%A6%86", "x" * 500])
def test_unknown_hold_is_not_extended_and_ends_quietly(store: Store, api: Api, token: str) -> None:
    assert refusal_of(api.post(f"/holds/{token}/extend")) == (409, "hold_expired")
    assert api.delete(f"/holds/{token}").status_code == 204


def test_released_places_are_free_at_once(store: Store, api: Api) -> None:
    token = api.post("/holds", wish(party_size=2)).json()["token"]

    answer = api.delete(f"/holds/{token}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert api.post("/holds", wish(party_size=2)).status_code == 201


def test_full_slot_offers_the_nearest_free_starts(store: Store, api: Api) -> None:
    make_booking(store, party_size=2)

    answer = api.post("/holds", wish())

    assert refusal_of(answer) == (409, "slot_full")
    assert answer.json()["alternatives"] == [
        {"starts_at": f"2026-11-24T{start}:00+01:00", "ends_at": f"2026-11-24T{end}:00+01:00", "places_left": 2}
        for start, end in [("09:30", "09:45"), ("09:45", "10:00"), ("10:15", "10:30")]
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"starts_at": "2026-11-24T10:05:00+01:00"}, "slot_closed"),
        ({"starts_at": "2026-11-24T10:00:00.5+01:00"}, "slot_closed"),
        ({"starts_at": "2026-11-24T13:00:00+01:00"}, "slot_closed"),
        ({"starts_at": "2026-11-23T09:45:00+01:00"}, "too_soon"),
        ({"starts_at": "2020-11-24T10:00:00+01:00"}, "too_soon"),
        ({"starts_at": "2027-01-24T10:00:00+01:00"}, "too_far_ahead"),
        ({"starts_at": "2999-12-31T23:59:59-12:00"}, "too_far_ahead"),
        ({"party_size": 3}, "party_too_large"),
    ],
)
def test_hold_is_refused_by_the_stores_rules(store: Store, api: Api, changes: Json, code: str) -> None:
    assert refusal_of(api.post("/holds", wish(**changes))) == (409, code)


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"store": "nope"}, [("store", "unknown")]),
        ({"store": "../etc"}, [("store", "unknown")]),
        ({"store": None}, [("store", "null")]),
        ({"visit_type": "nope"}, [("visit_type", "unknown")]),
        ({"starts_at": "2026-11-24T10:00:00"}, [("starts_at", "invalid")]),
        ({"party_size": 0}, [("party_size", "out_of_range")]),
        ({"party_size": None}, [("party_size", "null")]),
    ],
)
def test_bad_hold_names_its_fields(store: Store, api: Api, changes: Json, errors: list[tuple[str, str]]) -> None:
    assert fields_of(api.post("/holds", wish(**changes))) == errors
