"""Every call of the API with what nobody should send: a 4xx in JSON, never a 5xx, and nothing is stored."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

from booking.models import Booking, Hold
from stores.models import Slot, Store
from tests.booking.api.calls import Api, Json, customer, request_to_book, wish

# What databases take differently.
BAD_VALUES: list[Any] = [
    None, True, False, 0, -1, 1.5, 1e308, -1e308, 2**31, 2**63, -(2**63), 10**40, [], {}, [[]], [{}], {"a": {"b": []}},
    "", " ", "\0", "a\0b", "\x1b[31m", "\r\nX: y", "\ud800", "\udfff\ud800", "a" * 10_000, "é" * 5_000, "𒐫", "NaN",
    "Infinity", "1e400", "١٢٣", "'; DROP TABLE booking_booking;--", "%s%s%s", "2027-02-30", "0001-01-01", "9999-12-31",
    "2027-03-28T02:30:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-24T10:00:00+99:99",
]  # fmt: skip
# Texts that are the same to all of them.
WORDS = [
    "\u202e", "\ufeff", "\u200b", "👩‍👩‍👧‍👦" * 500, "null", "true", "0x10", "' OR '1'='1", "%00", "{0}{name}",
    "{{7*7}}", "${jndi:ldap://x}", "<script>alert(1)</script>", "../../etc/passwd", "=1+1", "@SUM(A1)", "24:00",
    "99:99", "+1 900 555 0100", "+881631234567", "a@b", "a@b.fr\r\nBcc: x@y.fr", "fr_FR.UTF-8",
    "00000000-0000-0000-0000-000000000000",
]  # fmt: skip
if connection.vendor == "sqlite":
    BAD_VALUES += WORDS

ACTION = {"action_id": "0b5fbb2c-9b1d-4a6f-8a30-1d7d1a0f2e11", "happened_at": "2026-11-23T08:00:00Z"}
WEEK = [{"dayOfWeek": "Monday", "opens": "09:00", "closes": "12:00"}]
SPAN = {"from": "2026-11-24T10:00:00Z", "to": "2026-11-24T11:00:00Z"}
PATH = "/staff/stores/corner-shop-niort"
# What is asked of each call; every value in it is replaced by every bad one.
CALLS: list[tuple[str, str, Json]] = [
    ("POST", "/availability/lookup", {"slots": [wish()]}),
    ("POST", "/holds", wish()),
    ("POST", "/holds/token/extend", {}),
    (
        "POST",
        "/bookings",
        request_to_book(
            customer={"name": "Ada Test", "phone": "0612345601", "email": "ada@example.org", "locale": "fr"},
            note="A note",
            hold="token",
        ),
    ),
    ("POST", "/bookings/{reference}/reschedule", {"starts_at": "2026-11-25T10:00:00Z"}),
    ("POST", "/bookings/{reference}/cancel", {}),
    ("POST", "/bookings/{reference}/confirm", {}),
    ("POST", "/bookings/{reference}/erase", {}),
    (
        "POST",
        "/waiting-list",
        {
            "store": "corner-shop-niort",
            "visit_type": "visit",
            "from": "2026-11-24",
            "to": "2026-11-25",
            "party_size": 1,
            "customer": {"name": "Ada Test", "phone": "0612345601", "email": "ada@example.org", "locale": "fr"},
        },
    ),
    ("POST", "/staff/token", {"username": "ada", "password": "secret"}),
    ("POST", f"{PATH}/bookings", request_to_book(note="A note", source="desk")),
    ("POST", f"{PATH}/walk-ins", {"visit_type": "visit", "party_size": 1, "name": "Ada Test", "squeeze_in": True}),
    *(
        ("POST", f"/staff/bookings/{{reference}}/{step}", ACTION)
        for step in ("check-in", "start", "complete", "no-show", "undo", "cancel")
    ),
    ("POST", "/staff/bookings/{reference}/reschedule", {"starts_at": "2026-11-25T10:00:00Z"}),
    ("PUT", f"{PATH}/opening-hours", {"opening_hours": WEEK, "then": "keep"}),
    (
        "POST",
        f"{PATH}/special-hours",
        {"date": "2026-11-24", "opens": "09:00", "closes": "12:00", "closed": False, "intervals": [], "then": "keep"},
    ),
    ("DELETE", f"{PATH}/special-hours/2026-11-24", {"then": "keep"}),
    ("PATCH", f"{PATH}/slots", SPAN | {"desk": "main", "capacity": 2, "closed": None, "then": "keep"}),
    ("POST", f"{PATH}/feed", {}),
]
STORES = {"q": "a", "town": "a", "postal_code": "a", "near": "1,1", "radius_km": "1", "page_size": "1", "cursor": "a"}
FREE_TIMES = {"visit_type": "visit", "from": "2026-11-24", "to": "2026-11-24", "party_size": "1"}
QUERIES: list[tuple[str, Json]] = [
    ("/stores", STORES),
    ("/stores/corner-shop-niort/availability", FREE_TIMES),
    ("/bookings/{reference}/calendar.ics", {"token": "a"}),
    (f"{PATH}/day", {"date": "2026-11-24"}),
]


def with_bad_values(value: Any, bad: Any) -> Iterator[Any]:
    """Yield copies of a JSON value, each with another of its parts replaced."""
    yield bad
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from (value | {name: changed} for changed in with_bad_values(inner, bad))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            for changed in with_bad_values(inner, bad):
                yield [*value[:number], changed, *value[number + 1 :]]


@pytest.fixture
def caller(booked: Json, manager: Api) -> Any:
    """Send one call as whoever may make it."""
    as_customer, as_nobody = customer(booked), Api()

    def call(method: str, path: str, **sent: Any) -> Any:
        who = manager if path.startswith("/staff/") else as_customer if path.startswith("/bookings/") else as_nobody
        return who.call(method, path.format(reference=booked["reference"]), **sent)

    return call


@pytest.mark.parametrize(("method", "path", "body"), CALLS, ids=lambda value: value if isinstance(value, str) else "")
def test_bad_values_never_break_a_call(caller: Any, method: str, path: str, body: Json) -> None:
    for bad in BAD_VALUES:
        for changed in with_bad_values(body, bad):
            answer = caller(method, path, body=changed)
            assert answer.status_code < 500, (changed, answer.content)
            if answer.status_code == 400:
                assert answer.json()["code"] == "malformed" or all(
                    isinstance(error["field"], str) and error["message"] for error in answer.json()["errors"]
                )


@pytest.mark.parametrize(("path", "query"), QUERIES, ids=lambda value: value if isinstance(value, str) else "")
def test_bad_values_never_break_a_query(caller: Any, path: str, query: Json) -> None:
    for bad in BAD_VALUES:
        text = str(bad).encode("utf-8", "replace").decode()
        for name in query:
            answer = caller("GET", path, query=query | {name: text})
            assert answer.status_code < 500, (name, bad, answer.content)


@pytest.mark.parametrize("place", ["/stores/{}", "/stores/{}/availability", "/bookings/{}", "/holds/{}/extend",
                                   "/waiting-list/{}",
                                   "/staff/stores/{}/day", "/staff/bookings/{}/check-in",
                                   PATH + "/special-hours/{}"])  # fmt: skip
def test_bad_values_never_break_an_address(manager: Api, place: str) -> None:
    for bad in BAD_VALUES:
        part = quote(str(bad).encode("utf-8", "replace"), safe="")
        for method in ("GET", "POST", "DELETE"):
            answer = manager.call(method, place.format(part))
            assert answer.status_code < 500, (method, bad, answer.content)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept-Language", "x" * 5_000),
        ("Accept-Language", "fr;q=a, ;;,*-*"),
        ("Accept-Language", "\xff\xfe"),
        ("Accept", "a/" * 3_000),
        ("Accept", ",;=;"),
        ("If-None-Match", '"' * 3_000),
        ("Authorization", "Bearer " + "a" * 7_000),
        ("Authorization", "Token \xff"),
        ("Authorization", " "),
        ("Idempotency-Key", "\xff"),
        ("X-Forwarded-For", "' OR 1=1"),
        ("Transfer-Encoding", "nonsense"),
        ("Content-Length", "nonsense"),
        ("Content-Length", "-1"),
        ("Cookie", "sessionid='; csrftoken=\xff"),
        ("X-HTTP-Method-Override", "DELETE"),
    ],
)
def test_bad_headers_never_break_a_call(store: Store, api: Api, name: str, value: str) -> None:
    for method, path in (("GET", "/stores"), ("POST", "/bookings"), ("GET", "/staff/stores"), ("GET", "/bookings/A")):
        answer = api.client.generic(method, f"/api/v1{path}", headers={name: value})
        assert answer.status_code < 500, answer.content
        assert "json" in answer["Content-Type"]


def test_refused_input_stores_nothing(store: Store, api: Api) -> None:
    for bad in BAD_VALUES:
        for name in ("store", "visit_type", "starts_at"):
            assert api.post("/holds", wish(**{name: bad})).status_code == 400
            assert api.post("/bookings", request_to_book(**{name: bad})).status_code == 400
        assert api.post("/bookings", request_to_book(customer=bad)).status_code == 400

    assert not Booking.objects.exists()
    assert not Hold.objects.exists()
    assert not Slot.objects.exists()
