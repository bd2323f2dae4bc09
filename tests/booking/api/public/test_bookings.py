import re
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.models import Booking, BookingEvent
from booking.tokens import manage_token
from stores.models import Store
from tests.booking.api.calls import Api, Json, customer, fields_of, refusal_of, request_to_book, wish
from tests.factories import at, make_booking

MOVED = "2026-11-25T10:00:00+01:00"


# --- Book ---------------------------------------------------------------------------------------


def test_booking_in_full(store: Store, api: Api) -> None:
    contact = {"name": "Ada Test", "phone": "06 12 34 56 01", "email": "ada@example.org", "locale": "fr-FR"}

    answer = api.post("/bookings", request_to_book(party_size=2, customer=contact, note="With\n\tan  umbrella"))

    body = answer.json()
    reference, token = body["reference"], body["manage_token"]
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/v1/bookings/{reference}"
    assert answer["Cache-Control"] == "no-store"
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{8}", reference)
    assert body == {
        "reference": reference,
        "status": "confirmed",
        "store": store.slug,
        "visit_type": "visit",
        "starts_at": "2026-11-24T10:00:00+01:00",
        "ends_at": "2026-11-24T10:15:00+01:00",
        "time_zone": "Europe/Paris",
        "party_size": 2,
        "customer": {"name": "Ada Test", "phone": "+33612345601", "email": "ada@example.org", "locale": "fr"},
        "note": "With an umbrella",
        "sequence": 0,
        "attendance_confirmed": False,
        "may_change": True,
        "may_cancel": True,
        "manage_token": token,
        "manage_url": f"http://127.0.0.1:8000/b/{reference}/?token={token}",
        "calendar_url": f"http://127.0.0.1:8000/api/v1/bookings/{reference}/calendar.ics?token={token}",
        "messages": "sms",
    }
    assert Booking.objects.get().source == "api"


@pytest.mark.parametrize(
    ("contact", "messages"),
    [
        ({"phone": "0612345601"}, "sms"),
        ({"phone": "+33 6 12 34 56 01", "email": "ada@example.org"}, "sms"),
        ({"phone": "05 49 24 00 39"}, "none"),
        ({"phone": "0549240039", "email": "ada@example.org"}, "email"),
        ({"phone": None, "email": "ada@example.org"}, "email"),
        ({"phone": "", "email": "ada@example.org"}, "email"),
        ({"phone": "+49 1512 3456789"}, "none"),
    ],
)
def test_answer_says_how_the_customer_will_be_told(store: Store, api: Api, contact: Json, messages: str) -> None:
    answer = api.post("/bookings", request_to_book(customer={"name": "Ada Test", **contact}))

    assert (answer.status_code, answer.json()["messages"]) == (201, messages)


def test_the_same_instant_in_any_offset_is_the_same_start(store: Store, api: Api) -> None:
    answer = api.post("/bookings", request_to_book(starts_at="2026-11-24t02:00:00.000-07:00"))

    assert answer.json()["starts_at"] == "2026-11-24T10:00:00+01:00"


def test_party_size_is_1_and_language_the_readers_if_absent(store: Store, api: Api) -> None:
    body = request_to_book(customer={"name": "Ada Test", "email": "ada@example.org"}, note=None, hold=None)
    del body["party_size"]

    booking = api.post("/bookings", body, Accept_Language="fr").json()

    assert (booking["party_size"], booking["customer"]["locale"], booking["note"]) == (1, "fr", "")


@pytest.mark.parametrize(
    "name",
    ["X", "O'Neil-Test", "測試", "اختبار", "Zoë Test", "👩‍👩‍👧 Test", "Test\u202e\0\x1b[31m", "<b>Test</b>", "=1+1"],
)
def test_names_of_any_script_are_kept_without_controls(store: Store, api: Api, name: str) -> None:
    booking = api.post("/bookings", request_to_book(customer={"name": name, "phone": "0612345601"})).json()

    assert booking["customer"]["name"] == re.sub("[\u202e\0\x1b]", "", name)


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"store": "nope"}, [("store", "unknown")]),
        ({"store": 7}, [("store", "invalid")]),
        ({"visit_type": "nope"}, [("visit_type", "unknown")]),
        ({"visit_type": []}, [("visit_type", "invalid")]),
        ({"starts_at": None}, [("starts_at", "null")]),
        ({"starts_at": "2026-11-24"}, [("starts_at", "invalid")]),
        ({"starts_at": 1795510800}, [("starts_at", "invalid")]),
        ({"starts_at": "0001-01-01T00:00:00Z"}, [("starts_at", "out_of_range")]),
        ({"starts_at": "9999-12-31T23:59:59Z"}, [("starts_at", "out_of_range")]),
        ({"party_size": True}, [("party_size", "invalid")]),
        ({"party_size": 1.0}, [("party_size", "invalid")]),
        ({"party_size": "1"}, [("party_size", "invalid")]),
        ({"party_size": -1}, [("party_size", "out_of_range")]),
        ({"party_size": 10**30}, [("party_size", "out_of_range")]),
        ({"customer": None}, [("customer", "null")]),
        ({"customer": "Ada"}, [("customer", "invalid")]),
        ({"customer": []}, [("customer", "invalid")]),
        ({"customer": {}}, [("customer.name", "required")]),
        ({"customer": {"name": "Ada Test"}}, [("customer.phone", "required")]),
        ({"customer": {"name": "Ada Test", "phone": "", "email": None}}, [("customer.phone", "required")]),
        ({"customer": {"name": "\u200b\u2060", "phone": "0612345601"}}, [("customer.name", "required")]),
        ({"customer": {"name": "a" * 121, "phone": "0612345601"}}, [("customer.name", "too_long")]),
        ({"customer": {"name": "\ud800", "phone": "0612345601"}}, [("customer.name", "invalid")]),
        ({"customer": {"name": 5, "phone": "0612345601"}}, [("customer.name", "invalid")]),
        ({"customer": {"name": "Ada Test", "phone": 33612345601}}, [("customer.phone", "invalid")]),
        ({"customer": {"name": "Ada Test", "phone": "0891234567"}}, [("customer.phone", "not_allowed")]),
        ({"customer": {"name": "Ada Test", "phone": "+881631234567"}}, [("customer.phone", "not_allowed")]),
        ({"customer": {"name": "Ada Test", "email": "ada"}}, [("customer.email", "invalid")]),
        ({"customer": {"name": "Ada Test", "email": "a@b.fr\r\nBcc: x@y.fr"}}, [("customer.email", "invalid")]),
        (
            {"customer": {"name": "Ada Test", "phone": "0612345601", "locale": "not a language"}},
            [("customer.locale", "invalid")],
        ),
        ({"note": "a" * 501}, [("note", "too_long")]),
        ({"note": {}}, [("note", "invalid")]),
        ({"hold": 5}, [("hold", "invalid")]),
    ],
)
def test_bad_booking_names_its_fields(store: Store, api: Api, changes: Json, errors: list[tuple[str, str]]) -> None:
    assert fields_of(api.post("/bookings", request_to_book(**changes))) == errors
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"starts_at": "2026-11-24T10:05:00+01:00"}, "slot_closed"),
        ({"starts_at": "2026-11-23T09:45:00+01:00"}, "too_soon"),
        ({"starts_at": "2027-01-24T10:00:00+01:00"}, "too_far_ahead"),
        ({"party_size": 3}, "party_too_large"),
    ],
)
def test_booking_is_refused_by_the_stores_rules(store: Store, api: Api, changes: Json, code: str) -> None:
    assert refusal_of(api.post("/bookings", request_to_book(**changes))) == (409, code)
    assert not Booking.objects.exists()


def test_third_open_booking_is_refused(store: Store, api: Api) -> None:
    for hour in (9, 11):
        make_booking(store, starts_at=at(hour))

    assert refusal_of(api.post("/bookings", request_to_book())) == (409, "too_many_open_bookings")


def test_full_slot_offers_others_that_can_be_booked(store: Store, api: Api) -> None:
    make_booking(store, party_size=2)

    answer = api.post("/bookings", request_to_book(party_size=2))

    assert refusal_of(answer) == (409, "slot_full")
    offered = [one["starts_at"] for one in answer.json()["alternatives"]]
    assert offered == [f"2026-11-24T{start}:00+01:00" for start in ("09:30", "09:45", "10:15")]
    assert api.post("/bookings", request_to_book(party_size=2, starts_at=offered[0])).status_code == 201


def test_closed_time_offers_others(store: Store, api: Api) -> None:
    answer = api.post("/bookings", request_to_book(starts_at="2026-11-24T13:00:00+01:00"))

    assert len(answer.json()["alternatives"]) == 3


@pytest.mark.usefixtures("limits_on")
def test_number_may_book_3_times_a_day_in_any_spelling(store: Store, api: Api) -> None:
    def book(hour: int, phone: str, **headers: str) -> Any:
        contact = {"name": "Ada Test", "phone": phone}
        return api.post(
            "/bookings", request_to_book(starts_at=f"2026-11-24T{hour}:00:00+01:00", customer=contact), **headers
        )

    codes = [
        book(hour, phone).status_code
        for hour, phone in [(10, "0612345699"), (11, "+33612345699"), (13, "06 12 34 56 99")]
    ]
    limited = book(14, "0033 6 12345699")

    assert codes == [201, 201, 409]
    assert refusal_of(limited) == (429, "rate_limited")
    assert 0 < int(limited["Retry-After"]) <= 24 * 3600 + 1


@pytest.mark.usefixtures("limits_on")
def test_repeated_answers_are_not_counted(store: Store, api: Api) -> None:
    body = request_to_book(customer={"name": "Ada Test", "phone": "0612345698"})

    codes = {api.post("/bookings", body, Idempotency_Key="again").status_code for _ in range(6)}

    assert codes == {201}


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
    right = Api().client.get(
        f"/api/v1{path}", REMOTE_ADDR="192.0.2.44", headers={"Authorization": f"Bearer {booked['manage_token']}"}
    )

    assert codes == [404] * 10 + [429] * 2
    assert right.status_code == 200


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


# --- Statements ---------------------------------------------------------------------------------


def statements(captured: CaptureQueriesContext) -> list[str]:
    """Return the statements, without the beginnings and ends of transactions."""
    words = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return [query["sql"] for query in captured if not query["sql"].startswith(words)]


@pytest.mark.parametrize("rows", [1, 3])
def test_booking_takes_few_statements(store: Store, api: Api, rows: int) -> None:
    for number in range(rows):
        make_booking(store, starts_at=at(14 + number), phone=f"+3361234561{number}")

    with CaptureQueriesContext(connection) as captured:
        api.post("/bookings", request_to_book())
    with CaptureQueriesContext(connection) as with_key:
        api.post("/bookings", request_to_book(), Idempotency_Key="key")

    queue = connection.vendor == "postgresql"  # where bookings of one customer queue by a lock of their own
    assert len(statements(captured)) == 8 + queue
    assert len(statements(with_key)) == 10 + queue
