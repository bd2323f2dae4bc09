from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from stores.models import Desk, Store
from tests.booking.api.calls import Api, Json, customer, fields_of, refusal_of, request_to_book, wish
from tests.factories import at, make_booking, make_store

DAY = "2026-11-24"


def ask(**changes: Any) -> Json:
    return {"visit_type": "visit", "from": DAY, "to": DAY, "party_size": "1", **changes}


@pytest.fixture
def path(store: Store) -> str:
    return f"/stores/{store.slug}/availability"


def test_availability_in_full(api: Api, db: None) -> None:
    make_store("small-shop", hours=((time(9), time(9, 30)),), days=(1,))

    answer = api.get("/stores/small-shop/availability", ask(to="2026-11-25"))

    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer.json() == {
        "store": "small-shop",
        "visit_type": "visit",
        "time_zone": "Europe/Paris",
        "days": [
            {
                "date": "2026-11-24",
                "slots": [
                    {"starts_at": f"{DAY}T09:00:00+01:00", "ends_at": f"{DAY}T09:15:00+01:00", "places_left": 2},
                    {"starts_at": f"{DAY}T09:15:00+01:00", "ends_at": f"{DAY}T09:30:00+01:00", "places_left": 2},
                ],
            },
            {"date": "2026-11-25", "slots": []},
        ],
        "first_free": f"{DAY}T09:00:00+01:00",
    }


def test_party_size_is_1_if_absent(api: Api, path: str) -> None:
    query = ask()
    del query["party_size"]

    assert api.get(path, query).content == api.get(path, ask()).content


def test_nothing_free_has_no_first_start(api: Api, path: str) -> None:
    body = api.get(path, ask(**{"from": "2026-11-29", "to": "2026-11-29"})).json()

    assert body["days"] == [{"date": "2026-11-29", "slots": []}]
    assert body["first_free"] is None


@pytest.mark.parametrize("party_size", ["3", "32767"])
def test_party_too_large_finds_nothing(api: Api, path: str, party_size: str) -> None:
    assert api.get(path, ask(party_size=party_size)).json()["days"] == [{"date": DAY, "slots": []}]


def test_offset_follows_the_clock_within_the_day(api: Api, db: None, clock: time_machine.Traveller) -> None:
    clock.move_to(at(8, day=20, month=3, year=2027))
    make_store("night-shop", hours=((time(1), time(4)),), days=(6,))

    body = api.get("/stores/night-shop/availability", ask(**{"from": "2027-03-28", "to": "2027-03-28"})).json()
    starts = [slot["starts_at"] for slot in body["days"][0]["slots"]]

    assert starts[3:5] == ["2027-03-28T01:45:00+01:00", "2027-03-28T03:00:00+02:00"]
    assert len(starts) == 8


def test_times_of_a_zone_without_offset(api: Api, db: None) -> None:
    make_store("utc-shop", time_zone="UTC", hours=((time(9), time(9, 15)),))

    body = api.get("/stores/utc-shop/availability", ask()).json()

    assert body["first_free"] == f"{DAY}T09:00:00+00:00"


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"visit_type": "nope"}, [("visit_type", "unknown")]),
        ({"visit_type": "a b"}, [("visit_type", "unknown")]),
        ({"visit_type": ""}, [("visit_type", "required")]),
        ({"from": ""}, [("from", "required")]),
        ({"to": ""}, [("to", "required")]),
        ({"from": "2026-11-25"}, [("to", "out_of_range")]),
        ({"to": "2027-01-25"}, [("to", "out_of_range")]),
        ({"from": "2027-02-30"}, [("from", "invalid")]),
        ({"from": "0001-01-01"}, [("from", "out_of_range")]),
        ({"to": "9999-12-31"}, [("to", "out_of_range")]),
        ({"to": "2026-11-24T00:00:00"}, [("to", "invalid")]),
        ({"to": "20261124"}, [("to", "invalid")]),
        ({"to": "2026-W48-2"}, [("to", "invalid")]),
        ({"to": "٢٠٢٦-١١-٢٤"}, [("to", "invalid")]),
        ({"party_size": "0"}, [("party_size", "out_of_range")]),
        ({"party_size": "-1"}, [("party_size", "invalid")]),
        ({"party_size": "1.0"}, [("party_size", "invalid")]),
        ({"party_size": "9" * 400}, [("party_size", "invalid")]),
    ],
)
def test_bad_query_names_its_field(api: Api, path: str, changes: Json, errors: list[tuple[str, str]]) -> None:
    assert fields_of(api.get(path, ask(**changes))) == errors


def test_62_days_may_be_asked_for(api: Api, path: str) -> None:
    assert len(api.get(path, ask(to="2027-01-24")).json()["days"]) == 62


def test_unknown_store_is_not_found(api: Api, store: Store) -> None:
    assert refusal_of(api.get("/stores/nope/availability", ask())) == (404, "not_found")


# --- ETags --------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["{}", '"other", {}', "*", '"a",W/"b" , {}', "{strong}"])
def test_unchanged_answer_is_not_sent_again(api: Api, path: str, form: str) -> None:
    tag = api.get(path, ask())["ETag"]

    answer = api.get(path, ask(), If_None_Match=form.format(tag, strong=tag.removeprefix("W/")))

    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize("form", ['"other"', "garbage", 'W/""', ""])
def test_other_tags_get_the_answer(api: Api, path: str, form: str) -> None:
    assert api.get(path, ask(), If_None_Match=form).status_code == 200


def test_tag_changes_with_every_booking(api: Api, path: str) -> None:
    tags = [api.get(path, ask())["ETag"]]
    booking = api.post("/bookings", request_to_book()).json()
    tags.append(api.get(path, ask())["ETag"])
    customer(booking).post(f"/bookings/{booking['reference']}/cancel")
    tags.append(api.get(path, ask())["ETag"])

    assert len(set(tags)) == 3


def test_tag_changes_when_a_start_becomes_too_near(api: Api, path: str, clock: time_machine.Traveller) -> None:
    clock.move_to(at(8))
    tag = api.get(path, ask())["ETag"]
    clock.move_to(at(8, 1))

    assert api.get(path, ask(), If_None_Match=tag).status_code == 200


def test_tag_is_of_one_question(api: Api, path: str) -> None:
    questions = [ask(), ask(party_size="2"), ask(visit_type="advice"), ask(to="2026-11-25")]

    assert len({api.get(path, question)["ETag"] for question in questions}) == 4


# --- Statements ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rows", [1, 3])
def test_28_days_take_3_statements_and_one_more_each_time_they_are_asked_for_again(
    store: Store, api: Api, path: str, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Desk.objects.create(store=store, slug="second", name="Second", capacity=2, position=1)
    for number in range(rows):
        make_booking(store, starts_at=at(14 + number), phone=f"+3361234560{number}")

    with django_assert_num_queries(3):
        answer = api.get(path, ask(to="2026-12-21"))

    with django_assert_num_queries(1):
        assert api.get(path, ask(to="2026-12-21"), If_None_Match=answer["ETag"]).status_code == 304


# --- Look-up ------------------------------------------------------------------------------------


def test_lookup_tells_which_starts_are_free(store: Store, api: Api) -> None:
    make_booking(store, starts_at=at(10), party_size=2)
    asked = [
        wish(),
        wish(starts_at="2026-11-24T09:15:00Z"),
        wish(starts_at="2026-11-24T10:20:00+01:00"),
        wish(starts_at="2026-11-24T10:15:00.000001+01:00"),
        wish(store="nope"),
        wish(visit_type="nope"),
        wish(store="", visit_type="a b"),
        wish(starts_at="2026-11-24T10:15:00+01:00", party_size=3),
        wish(starts_at="2020-01-01T10:00:00Z"),
        wish(starts_at="2900-01-01T10:00:00Z"),
        {"store": store.slug, "visit_type": "advice", "starts_at": "2026-11-24T10:15:00+01:00"},
    ]

    slots = api.post("/availability/lookup", {"slots": asked}).json()["slots"]

    assert [slot.pop("available") for slot in slots] == [
        False, True, False, False, False, False, False, False, False, False, True,
    ]  # fmt: skip
    assert slots == asked


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("slots", "required")]),
        ({"slots": {}}, [("slots", "not_a_list")]),
        ({"slots": None}, [("slots", "null")]),
        ({"slots": [wish()] * 101}, [("slots", "max_length")]),
        ({"slots": [wish(starts_at="2026-11-24T10:00:00")]}, [("slots.0.starts_at", "invalid")]),
        ({"slots": [wish(party_size=True)]}, [("slots.0.party_size", "invalid")]),
        ({"slots": [wish(store=5)]}, [("slots.0.store", "invalid")]),
    ],
)
def test_bad_lookup_names_its_fields(store: Store, api: Api, body: Json, errors: list[tuple[str, str]]) -> None:
    assert fields_of(api.post("/availability/lookup", body)) == errors


def test_lookup_of_nothing_is_nothing(store: Store, api: Api) -> None:
    assert api.post("/availability/lookup", {"slots": []}).json() == {"slots": []}


def test_lookup_of_100_in_another_zone(store: Store, api: Api) -> None:
    asked = [
        wish(starts_at=at(10, day=24 + number % 5).astimezone(ZoneInfo("Pacific/Auckland")).isoformat())
        for number in range(100)
    ]

    slots = api.post("/availability/lookup", {"slots": asked}).json()["slots"]

    assert [slot["available"] for slot in slots] == [True] * 100
