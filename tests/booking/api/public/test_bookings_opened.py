from typing import Any

import pytest
import time_machine

from booking.models import Booking, BookingEvent
from booking.tokens import manage_token
from stores.models import Store
from tests.booking.api.calls import Api, Json, customer, fields_of, refusal_of, request_to_book, wish
from tests.factories import at, make_booking

MOVED = "2026-11-25T10:00:00+01:00"


# --- Open with the token ------------------------------------------------------------------------


def test_customer_reads_the_booking(booked: Json) -> None:
    answer = customer(booked).get(f"/bookings/{booked['reference']}")

    secrets = {"manage_token", "manage_url", "calendar_url", "messages"}
    assert answer.json() == {name: value for name, value in booked.items() if name not in secrets}
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "spelling", [str.lower, lambda text: f"{text[:4]}-{text[4:]}", lambda text: f"{text[:2]}-{text[2:]}"]
)
def test_reference_is_read_in_any_spelling(booked: Json, spelling: Any) -> None:
    assert customer(booked).get(f"/bookings/{spelling(booked['reference'])}").status_code == 200


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_scheme_is_read_in_any_case(booked: Json, scheme: str) -> None:
    assert Api(f"{scheme} {booked['manage_token']}").get(f"/bookings/{booked['reference']}").status_code == 200


ACTIONS = [
    ("GET", ""),
    ("POST", "/reschedule"),
    ("POST", "/cancel"),
    ("POST", "/confirm"),
    ("GET", "/calendar.ics"),
    ("GET", "/data"),
    ("POST", "/erase"),
]


@pytest.mark.parametrize(("method", "path"), ACTIONS)
def test_everything_that_opens_nothing_looks_the_same(store: Store, api: Api, method: str, path: str) -> None:
    mine, other = (api.post("/bookings", request_to_book()).json() for _ in range(2))
    erased = make_booking(store, starts_at=at(15), phone="", email="eve@example.org")
    Booking.objects.filter(pk=erased.pk).update(erased_at=at(8))
    tries = [
        (mine["reference"], ""),
        (mine["reference"], "Bearer"),
        (mine["reference"], "Bearer x"),
        (mine["reference"], f"Token {mine['manage_token']}"),
        (mine["reference"], f"Bearer {mine['manage_token']} x"),
        (mine["reference"], f"Bearer {mine['manage_token'][:-1]}"),
        (mine["reference"], f"Bearer {other['manage_token']}"),
        (mine["reference"], "Bearer é"),
        (erased.reference, f"Bearer {manage_token(erased.reference)}"),
        ("ZZZZZZZZ", f"Bearer {manage_token('ZZZZZZZZ')}"),
        ("ZZZZZZZZ", f"Bearer {mine['manage_token']}"),
        ("short", f"Bearer {mine['manage_token']}"),
        ("%F0%9F%A6%86", f"Bearer {mine['manage_token']}"),
    ]
    answers = [
        Api(auth).call(method, f"/bookings/{reference}{path}", body={"starts_at": MOVED} if method == "POST" else None)
        for reference, auth in tries
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1
    assert Booking.objects.get(reference=mine["reference"]).status == "confirmed"


@pytest.mark.usefixtures("limits_on")
def test_tenth_wrong_token_in_a_minute_is_the_last(booked: Json, api: Api) -> None:
    path = f"/bookings/{booked['reference']}"

    codes = [Api("Bearer wrong").client.get(f"/api/v1{path}", REMOTE_ADDR="192.0.2.44").status_code for _ in range(12)]
    right = {"Authorization": f"Bearer {booked['manage_token']}"}
    late = Api().client.get(f"/api/v1{path}", REMOTE_ADDR="192.0.2.44", headers=right)
    elsewhere = Api().client.get(f"/api/v1{path}", REMOTE_ADDR="192.0.2.45", headers=right)

    assert codes == [404] * 10 + [429] * 2
    assert late.status_code == 429  # asked before the token is looked at, or it would not hold back the right guess
    assert elsewhere.status_code == 200


# --- Change -------------------------------------------------------------------------------------


def test_visit_is_moved_and_keeps_reference_and_token(booked: Json, api: Api) -> None:
    me, path = customer(booked), f"/bookings/{booked['reference']}"

    answer = me.post(f"{path}/reschedule", {"starts_at": MOVED})

    body = answer.json()
    assert (body["reference"], body["starts_at"], body["sequence"]) == (booked["reference"], MOVED, 1)
    assert me.get(path).json() == body
    assert api.post("/holds", wish(party_size=2)).status_code == 201


def test_moving_to_the_same_start_changes_nothing(booked: Json) -> None:
    answer = customer(booked).post(f"/bookings/{booked['reference']}/reschedule", {"starts_at": booked["starts_at"]})

    assert (answer.status_code, answer.json()["sequence"]) == (200, 0)


def test_refused_move_keeps_the_old_start(store: Store, booked: Json) -> None:
    make_booking(store, starts_at=at(10, day=25), party_size=2, phone="+33612345602")
    me, path = customer(booked), f"/bookings/{booked['reference']}"

    answer = me.post(f"{path}/reschedule", {"starts_at": MOVED})

    assert refusal_of(answer) == (409, "slot_full")
    assert answer.json()["alternatives"][0]["starts_at"] == "2026-11-25T09:30:00+01:00"
    assert me.get(path).json()["starts_at"] == booked["starts_at"]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("starts_at", "required")]),
        ({"starts_at": "soon"}, [("starts_at", "invalid")]),
        ({"starts_at": None}, [("starts_at", "null")]),
    ],
)
def test_bad_move_names_its_field(booked: Json, body: Json, errors: list[tuple[str, str]]) -> None:
    assert fields_of(customer(booked).post(f"/bookings/{booked['reference']}/reschedule", body)) == errors


def test_move_is_refused_close_to_the_visit(booked: Json, clock: time_machine.Traveller) -> None:
    clock.move_to(at(8, 1))
    me, path = customer(booked), f"/bookings/{booked['reference']}"

    assert refusal_of(me.post(f"{path}/reschedule", {"starts_at": MOVED})) == (409, "too_late")
    assert (me.get(path).json()["may_change"], me.get(path).json()["may_cancel"]) == (False, True)


def test_visit_is_cancelled_once(booked: Json) -> None:
    me, path = customer(booked), f"/bookings/{booked['reference']}"

    first, again = me.post(f"{path}/cancel"), me.post(f"{path}/cancel", {})

    assert (first.json()["status"], first.json()["sequence"]) == ("cancelled", 1)
    assert again.content == first.content
    assert (first.json()["may_change"], first.json()["may_cancel"]) == (False, False)


def test_started_visit_is_not_cancelled(booked: Json, clock: time_machine.Traveller) -> None:
    clock.move_to(at(10))

    assert refusal_of(customer(booked).post(f"/bookings/{booked['reference']}/cancel")) == (409, "too_late")


def test_impossible_action_shows_the_booking_as_it_is(booked: Json) -> None:
    me, path = customer(booked), f"/bookings/{booked['reference']}"
    cancelled = me.post(f"{path}/cancel").json()

    for action, body in [("confirm", None), ("reschedule", {"starts_at": MOVED})]:
        answer = me.post(f"{path}/{action}", body)
        assert refusal_of(answer) == (409, "wrong_status")
        assert answer.json()["booking"] == cancelled


def test_customer_says_they_will_come(booked: Json) -> None:
    me, path = customer(booked), f"/bookings/{booked['reference']}/confirm"

    assert [me.post(path).json()["attendance_confirmed"] for _ in range(2)] == [True, True]
    assert BookingEvent.objects.filter(kind="attendance_confirmed").count() == 1


# --- Take along, erase --------------------------------------------------------------------------


def test_calendar_file_opens_by_header_or_query(booked: Json, api: Api) -> None:
    path = f"/bookings/{booked['reference']}/calendar.ics"

    by_header = customer(booked).get(path, Accept="text/calendar")
    by_query = api.get(path, {"token": booked["manage_token"]})

    assert by_header["Content-Type"] == "text/calendar; charset=utf-8"
    assert by_header["Content-Disposition"] == f'attachment; filename="visit-{booked["reference"]}.ics"'
    assert by_query.content == by_header.content
    assert by_header.content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"METHOD:PUBLISH\r\n" in by_header.content


def test_token_in_the_query_opens_nothing_else(booked: Json, api: Api) -> None:
    assert refusal_of(api.get(f"/bookings/{booked['reference']}", {"token": booked["manage_token"]})) == (
        404,
        "not_found",
    )


def test_customer_reads_all_that_is_kept(booked: Json) -> None:
    data = customer(booked).get(f"/bookings/{booked['reference']}/data").json()

    assert data["customer"] == booked["customer"]
    assert data["history"] == [{"kind": "booked", "at": "2026-11-23T09:00:00+01:00", "by": "customer"}]


def test_erasure_cancels_and_closes_for_good(booked: Json) -> None:
    me, path = customer(booked), f"/bookings/{booked['reference']}"

    answer = me.post(f"{path}/erase")

    assert answer.json() == {"reference": booked["reference"], "erased": True}
    assert refusal_of(me.get(path)) == (404, "not_found")
    assert refusal_of(me.post(f"{path}/erase")) == (404, "not_found")
    kept = Booking.objects.get()
    assert (kept.name, kept.phone, kept.status) == ("", "", "cancelled")


def test_reading_never_changes_anything(booked: Json) -> None:
    me, before = customer(booked), Booking.objects.values().get()

    for method in ("GET", "HEAD"):
        for path in ("", "/data", "/calendar.ics", "/cancel", "/erase", "/confirm"):
            me.client.generic(
                method, f"/api/v1/bookings/{booked['reference']}{path}", headers={"Authorization": me.auth}
            )

    assert Booking.objects.values().get() == before
