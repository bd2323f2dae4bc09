import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from booking.models import Booking
from stores.models import Store
from stores.queries import known_waiting_room, last_known_country
from tests.booking.api.calls import Api, Json, fields_of, refusal_of, request_to_book
from tests.factories import at, make_booking, make_store

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


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("country", "headers", "locale"),
    [
        ("FR", {}, "fr"),
        ("FR", {"Accept_Language": "*"}, "fr"),
        ("DE", {}, "de"),
        ("FR", {"Accept_Language": "es"}, "es"),
    ],
)
def test_language_unless_told_is_the_readers_else_the_country_s(
    api: Api, country: str, headers: dict[str, str], locale: str
) -> None:
    make_store(country=country)
    who = {"name": "Ada Test", "email": "ada@example.org"}

    answer = api.post("/bookings", request_to_book(customer=who), **headers)

    assert answer.json()["customer"]["locale"] == locale


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


# --- Statements ---------------------------------------------------------------------------------


def statements(captured: CaptureQueriesContext) -> list[str]:
    """Return the statements, without the beginnings and ends of transactions."""
    words = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return [query["sql"] for query in captured if not query["sql"].startswith(words)]


@pytest.mark.parametrize("rows", [1, 3])
def test_booking_takes_few_statements(store: Store, api: Api, rows: int) -> None:
    for number in range(rows):
        make_booking(store, starts_at=at(14 + number), phone=f"+3361234561{number}")

    last_known_country(store.slug)
    known_waiting_room(store.slug, now=now())

    with CaptureQueriesContext(connection) as captured:
        api.post("/bookings", request_to_book())
    with CaptureQueriesContext(connection) as with_key:
        api.post("/bookings", request_to_book(), Idempotency_Key="key")

    # The locks with the rules, the open visits, and one statement that writes all.
    number = 3 if connection.vendor == "postgresql" else 7
    assert len(statements(captured)) == number
    assert len(statements(with_key)) == number + 3  # a key is known by the body, and by the network it comes from


@pytest.mark.parametrize(
    ("phone", "read"),
    [("0470 12 34 56", "+32470123456"), ("02 234 56 78", "+3222345678")],  # in France another number, and none
)
def test_phone_is_read_by_the_country_that_the_store_is_in_by_now(
    store: Store, api: Api, phone: str, read: str
) -> None:
    api.post("/bookings", request_to_book())
    store.country = "BE"
    store.save()

    booked = api.post("/bookings", request_to_book(customer={"name": "Eve Test", "phone": phone}))

    assert booked.json()["customer"]["phone"] == read
