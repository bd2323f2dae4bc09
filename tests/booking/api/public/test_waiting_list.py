from datetime import timedelta
from typing import Any

import pytest
import time_machine

from booking.models import Booking, IdempotentAnswer, WaitingListEntry
from booking.tasks import offer_places
from booking.tokens import manage_token, waiting_token
from stores.models import Store
from tests.booking.api.calls import Api, Json, fields_of, refusal_of, request_to_book
from tests.factories import make_booking, make_store

KEY = "7c4a8d09"


def to_wait(**changes: Any) -> Json:
    """Return a body for POST /waiting-list that the shop can take."""
    return {
        "store": "corner-shop-niort",
        "visit_type": "visit",
        "from": "2026-11-24",
        "to": "2026-11-24",
        "party_size": 1,
        "customer": {"name": "Bea Test", "phone": "06 12 34 56 02", "locale": "en"},
        **changes,
    }


def holder(joined: Json) -> Api:
    return Api(f"Bearer {joined['manage_token']}")


@pytest.fixture
def full(store: Store) -> Booking:
    """Tuesday at 10:00 has no place left."""
    return make_booking(store, party_size=2)


@pytest.fixture
def joined(full: Booking, api: Api) -> Json:
    body: Json = api.post("/waiting-list", to_wait()).json()
    return body


def free(booking: Booking) -> None:
    """Cancel, then let the sweep alone do its work."""
    answer = Api(f"Bearer {manage_token(booking.reference)}").post(f"/bookings/{booking.reference}/cancel")
    assert answer.status_code == 200
    offer_places()


def test_join_tells_its_secret_once(full: Booking, api: Api) -> None:
    answer = api.post("/waiting-list", to_wait())

    body = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/v1/waiting-list/{body['reference']}"
    assert len(body["manage_token"]) == 22
    assert body["manage_url"].endswith(f"/w/{body['reference']}/?token={body['manage_token']}")
    assert (body["status"], body["offer"], body["messages"]) == ("waiting", None, "sms")
    shown = holder(body).get(f"/waiting-list/{body['reference']}")
    assert shown.status_code == 200
    assert shown.json() == {name: value for name, value in body.items() if not name.startswith("manage_")}
    assert "Bea" not in shown.content.decode()


def test_place_that_comes_free_is_offered_and_taken_by_its_hold(full: Booking, joined: Json, api: Api) -> None:
    free(full)

    shown = holder(joined).get(f"/waiting-list/{joined['reference']}").json()
    assert shown["status"] == "offered"
    offer = shown["offer"]
    assert (offer["starts_at"], offer["expires_at"]) == ("2026-11-24T10:00:00+01:00", "2026-11-23T09:30:00+01:00")

    who = {"name": "Bea Test", "phone": "06 12 34 56 02", "locale": "en"}
    booked = api.post("/bookings", request_to_book(hold=offer["hold"], customer=who))

    assert booked.status_code == 201
    after = holder(joined).get(f"/waiting-list/{joined['reference']}").json()
    assert (after["status"], after["offer"]) == ("booked", None)


def test_offer_goes_to_one_at_a_time_and_on_when_it_runs_out(
    full: Booking, joined: Json, api: Api, clock: time_machine.Traveller
) -> None:
    small = {"name": "Cleo Test", "phone": "06 12 34 56 03"}
    large = {"name": "Dora Test", "phone": "06 12 34 56 04"}
    second = api.post("/waiting-list", to_wait(party_size=2, customer=large)).json()
    third = api.post("/waiting-list", to_wait(customer=small)).json()
    assert [one["ahead"] for one in (joined, second, third)] == [0, 1, 2]

    free(full)  # two places, of which the first takes one: the party of two is passed over
    assert _statuses(joined, second, third) == ["offered", "waiting", "offered"]

    clock.shift(timedelta(minutes=30))
    assert _statuses(joined, second, third) == ["waiting", "waiting", "waiting"]
    offer_places()
    assert _statuses(joined, second, third) == ["waiting", "offered", "waiting"]


def test_leaving_gives_an_offered_place_to_the_next(full: Booking, joined: Json, api: Api) -> None:
    second = api.post("/waiting-list", to_wait(party_size=2, customer={"name": "Cleo", "phone": "0612345603"})).json()
    free(full)
    assert _statuses(joined, second) == ["offered", "waiting"]

    answer = holder(joined).delete(f"/waiting-list/{joined['reference']}")
    offer_places()

    assert (answer.status_code, answer.content) == (204, b"")
    assert _statuses(joined, second) == ["left", "offered"]
    assert holder(joined).delete(f"/waiting-list/{joined['reference']}").status_code == 204
    assert not WaitingListEntry.objects.filter(name="Bea Test").exists()


def test_waiting_ends_by_the_clock_alone(joined: Json, clock: time_machine.Traveller) -> None:
    clock.move_to("2026-11-24T23:30:00Z")

    assert _statuses(joined) == ["expired"]


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong", "Bearer \xe9", "Token x"])
def test_wrong_token_tells_nothing(joined: Json, token: str) -> None:
    for reference in (joined["reference"], "00000000", "nonsense"):
        assert refusal_of(Api(token).get(f"/waiting-list/{reference}")) == (404, "not_found")
        assert refusal_of(Api(token).delete(f"/waiting-list/{reference}")) == (404, "not_found")


def test_token_of_a_booking_opens_no_waiting_and_the_other_way_round(full: Booking, joined: Json) -> None:
    WaitingListEntry.objects.update(reference=full.reference)
    assert refusal_of(Api(f"Bearer {manage_token(full.reference)}").get(f"/waiting-list/{full.reference}"))[0] == 404
    assert refusal_of(Api(f"Bearer {waiting_token(full.reference)}").get(f"/bookings/{full.reference}"))[0] == 404


def test_wrong_tokens_are_counted(limits_on: None, joined: Json) -> None:
    statuses = [Api("Bearer wrong").get(f"/waiting-list/{joined['reference']}").status_code for _ in range(11)]

    assert statuses == [404] * 10 + [429]


def test_number_joins_three_times_a_day_and_may_still_book(limits_on: None, store: Store, api: Api) -> None:
    days = [f"2026-11-{day}" for day in (24, 25, 26, 27)]
    statuses = [api.post("/waiting-list", to_wait(**{"from": day, "to": day})).status_code for day in days]

    assert statuses == [201, 201, 201, 429]
    who = {"name": "Bea Test", "phone": "06 12 34 56 02"}
    assert api.post("/bookings", request_to_book(customer=who)).status_code == 201


def test_idempotency_key_is_honoured_and_keeps_no_token(full: Booking, api: Api) -> None:
    first = api.post("/waiting-list", to_wait(), Idempotency_Key=KEY)
    again = api.post("/waiting-list", to_wait(), Idempotency_Key=KEY)

    assert (again.status_code, again.content, again["Location"]) == (201, first.content, first["Location"])
    assert again["Idempotent-Replayed"] == "true"
    assert WaitingListEntry.objects.count() == 1
    bodies = IdempotentAnswer.objects.values_list("body", flat=True)
    assert not [body for body in bodies if first.json()["manage_token"] in body]
    assert len(bodies) == 2  # known by the request's body, and by the network it came from
    assert refusal_of(api.post("/waiting-list", to_wait(party_size=2), Idempotency_Key=KEY)) == (
        422,
        "idempotency_mismatch",
    )


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"store": "nope"}, [("store", "unknown")]),
        ({"store": None}, [("store", "null")]),
        ({"visit_type": "nope"}, [("visit_type", "unknown")]),
        ({"from": "24/11/2026"}, [("from", "invalid")]),
        ({"from": None}, [("from", "null")]),
        ({"to": "2026-11-23"}, [("to", "out_of_range")]),
        ({"to": "2027-02-24"}, [("to", "out_of_range")]),
        ({"party_size": 0}, [("party_size", "out_of_range")]),
        ({"party_size": "1"}, [("party_size", "invalid")]),
        ({"customer": {"name": "Bea"}}, [("customer.phone", "required")]),
        ({"customer": {"phone": "0612345602"}}, [("customer.name", "required")]),
        ({"customer": {"name": "Bea", "phone": "08 99 70 01 23"}}, [("customer.phone", "not_allowed")]),
        ({"customer": {"name": "Bea", "email": "bea"}}, [("customer.email", "invalid")]),
    ],
)
def test_bad_wish_names_its_fields(store: Store, api: Api, changes: Json, errors: list[tuple[str, str]]) -> None:
    assert fields_of(api.post("/waiting-list", to_wait(**changes))) == errors


def test_missing_fields_are_named(store: Store, api: Api) -> None:
    assert fields_of(api.post("/waiting-list", {"store": "corner-shop-niort"})) == [
        ("visit_type", "required"),
        ("customer", "required"),
        ("from", "required"),
        ("to", "required"),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"from": "2026-11-20", "to": "2026-11-21"}, "too_soon"),
        ({"from": "2026-12-21", "to": "2026-12-22"}, "too_far_ahead"),
        ({"party_size": 3}, "party_too_large"),
        ({"from": "2026-11-29", "to": "2026-11-29"}, "slot_closed"),
    ],
)
def test_wish_is_refused_by_the_stores_rules(store: Store, api: Api, changes: Json, code: str) -> None:
    assert refusal_of(api.post("/waiting-list", to_wait(**changes))) == (409, code)


def test_closed_days_offer_the_nearest_free_starts(store: Store, api: Api) -> None:
    answer = api.post("/waiting-list", to_wait(**{"from": "2026-11-29", "to": "2026-11-29"}))

    assert answer.json()["detail"] == "The store takes no visits on these days. Please choose other days."
    assert len(answer.json()["alternatives"]) == 3


SAME = ("status", "offer", "store", "visit_type", "from", "to", "party_size", "messages", "ahead")


def test_joining_again_is_answered_as_for_anybody(joined: Json, api: Api) -> None:
    again = api.post("/waiting-list", to_wait())

    other = api.post("/waiting-list", to_wait(customer={"name": "Eve", "phone": "06 98 76 54 32"}))
    assert (again.status_code, other.status_code) == (201, 201)
    shown = [{name: value for name, value in answer.json().items() if name in SAME} for answer in (again, other)]
    assert shown[0] == shown[1]


def test_number_that_cannot_be_texted_is_told_so(store: Store, api: Api) -> None:
    landline = {"name": "Bea", "phone": "05 49 24 00 39"}

    assert api.post("/waiting-list", to_wait(customer=landline)).json()["messages"] == "none"


def test_other_stores_are_other_lists(joined: Json, api: Api) -> None:
    make_store("other-shop")

    assert api.post("/waiting-list", to_wait(store="other-shop")).json()["ahead"] == 0


def _statuses(*joined: Json) -> list[str]:
    return [holder(one).get(f"/waiting-list/{one['reference']}").json()["status"] for one in joined]
