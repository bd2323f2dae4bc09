"""A desk may be chosen where the store lets customers choose, and nowhere else."""

from typing import Any

import pytest

from booking.models import Booking, Hold
from stores.models import Store
from tests.booking.api.calls import Api, Json, fields_of, refusal_of, request_to_book, wish
from tests.factories import make_store

DAY = "2026-11-24"
TEN = "2026-11-24T10:00:00+01:00"


@pytest.fixture
def store(db: None) -> Store:
    """Return a store with two desks, which customers may choose from, and one that rests."""
    store = make_store(desks=("ada", "grace", "resting"), offers_desk_choice=True)
    store.desks.filter(slug="resting").update(is_active=False)
    return store


def free_at_ten(api: Api, **query: str) -> int | None:
    """Return how many places are left at ten; None where it is not free."""
    asked = {"visit_type": "visit", "from": DAY, "to": DAY, **query}
    days: list[Json] = api.get("/stores/corner-shop-niort/availability", asked).json()["days"]
    return {slot["starts_at"]: slot["places_left"] for slot in days[0]["slots"]}.get(TEN)


def test_a_booking_is_at_the_chosen_desk(store: Store, api: Api) -> None:
    answer = api.post("/bookings", request_to_book(desk="grace"))

    booking = Booking.objects.get()
    assert answer.status_code == 201
    assert "desk" not in answer.json()
    assert (booking.desk.slug, booking.desk_was_chosen) == ("grace", True)


@pytest.mark.parametrize("changes", [{}, {"desk": None}])
def test_nobody_has_to_choose(store: Store, api: Api, changes: Json) -> None:
    assert api.post("/bookings", request_to_book(**changes)).status_code == 201

    assert not Booking.objects.get().desk_was_chosen


def test_free_times_are_those_of_the_desk(store: Store, api: Api) -> None:
    api.post("/bookings", request_to_book(desk="grace", party_size=2))

    assert free_at_ten(api) == 2
    assert free_at_ten(api, desk="ada") == 2
    assert free_at_ten(api, desk="grace") is None


def test_a_full_desk_offers_its_own_times_instead(store: Store, api: Api) -> None:
    api.post("/bookings", request_to_book(desk="grace", party_size=2))

    refused = api.post("/bookings", request_to_book(desk="grace"))

    assert refusal_of(refused) == (409, "slot_full")
    assert TEN not in [slot["starts_at"] for slot in refused.json()["alternatives"]]


def test_other_times_to_move_to_are_those_of_the_chosen_desk(store: Store, api: Api) -> None:
    store.desks.update(capacity=1)
    answer = api.post("/bookings", request_to_book(desk="grace")).json()
    own = Api(f"Bearer {answer['manage_token']}")
    taken = "2026-11-24T11:15:00+01:00"
    other = {"name": "Bea Test", "phone": "+33612345602"}
    api.post("/bookings", request_to_book(desk="grace", starts_at=taken, customer=other))
    path = f"/bookings/{answer['reference']}/reschedule"

    refused = own.post(path, {"starts_at": taken})

    assert refusal_of(refused) == (409, "slot_full")
    offered = [slot["starts_at"] for slot in refused.json()["alternatives"]]
    assert offered == [f"2026-11-24T{time}:00+01:00" for time in ("10:45", "11:00", "11:30")]
    for start in offered:
        assert own.post(path, {"starts_at": start}).status_code == 200


@pytest.mark.parametrize("path", ["/holds", "/bookings"])
def test_other_times_can_be_had_by_the_same_request(store: Store, api: Api, path: str) -> None:
    body = wish(desk="grace", party_size=2) if path == "/holds" else request_to_book(desk="grace", party_size=2)
    api.post("/holds", wish(desk="grace"))
    refused = api.post(path, body)
    assert refusal_of(refused) == (409, "slot_full")
    offered = [slot["starts_at"] for slot in refused.json()["alternatives"]]
    assert len(offered) == 3
    assert TEN not in offered
    assert api.post(path, body | {"starts_at": offered[0]}).status_code == 201


def test_a_hold_keeps_the_desk_and_hands_it_on(store: Store, api: Api) -> None:
    token = api.post("/holds", wish(desk="grace")).json()["token"]
    assert (Hold.objects.get().desk.slug, Hold.objects.get().desk_was_chosen) == ("grace", True)

    api.post("/bookings", request_to_book(hold=token))

    booking = Booking.objects.get()
    assert (booking.desk.slug, booking.desk_was_chosen) == ("grace", True)


CALLS = ("availability", "/holds", "/bookings")


def call(api: Api, name: str, desk: Any) -> Any:
    if name == "availability":
        asked = {"visit_type": "visit", "from": DAY, "to": DAY, "desk": desk}
        return api.get("/stores/corner-shop-niort/availability", asked)
    return api.post(name, {"/holds": wish, "/bookings": request_to_book}[name](desk=desk))


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("desk", ["nobody", "resting", "a b", "../ada", "ﷺ"])
def test_a_desk_that_takes_no_visits_names_its_field(store: Store, api: Api, name: str, desk: str) -> None:
    assert fields_of(call(api, name, desk)) == [("desk", "unknown")]
    assert not Booking.objects.exists()


@pytest.mark.parametrize("name", ["/holds", "/bookings"])
@pytest.mark.parametrize("desk", [1, True, ["ada"], {"slug": "ada"}])
def test_a_desk_that_is_no_text_names_its_field(store: Store, api: Api, name: str, desk: object) -> None:
    assert fields_of(call(api, name, desk)) == [("desk", "invalid")]


@pytest.mark.parametrize("name", CALLS)
def test_where_the_store_offers_no_choice_the_field_is_refused(store: Store, api: Api, name: str) -> None:
    Store.objects.update(offers_desk_choice=False)

    assert fields_of(call(api, name, "ada")) == [("desk", "not_offered")]


def test_an_unknown_store_is_named_first(store: Store, api: Api) -> None:
    query = {"visit_type": "visit", "from": DAY, "to": DAY, "desk": "ada"}

    assert refusal_of(api.get("/stores/no-such-shop/availability", query)) == (404, "not_found")
    assert fields_of(api.post("/holds", wish(store="no-such-shop", desk="ada"))) == [("store", "unknown")]
    assert fields_of(api.post("/bookings", request_to_book(store="no-such-shop", desk="ada"))) == [("store", "unknown")]
