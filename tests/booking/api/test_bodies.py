import pytest

from booking.models import Booking
from stores.models import Store
from tests.booking.api.calls import Api, fields_of, refusal_of, request_to_book

DEEP = 5_000


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b'{"store": "a",}',
        b"{'store': 'a'}",
        b'{"party_size": NaN}',
        b'{"party_size": Infinity}',
        b'{"party_size": -Infinity}',
        b'{"store": "\xff\xfe"}',
        b'\xef\xbb\xbf{"store": "a"}',
        b'{"store": "a", "store": "b"}',
        b'{"customer": {"name": "a", "name": "b"}}',
        b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        b"[" * DEEP + b"]" * DEEP,
        b"[" * 40 + b"]" * 40,
        b'{"store": "a"} x',
        b'{"store": "a\x01"}',
        b"undefined",
        '{"store": "a"}'.encode("utf-16"),
        b'{"party_size": ' + b"9" * 5_000 + b"}",
    ],
    ids=lambda raw: repr(raw[:24]),
)
def test_body_that_is_not_json_is_malformed(store: Store, api: Api, raw: bytes) -> None:
    assert refusal_of(api.call("POST", "/bookings", raw=raw)) == (400, "malformed")


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"text"', b"1", b"true"])
def test_body_that_is_no_object_is_invalid(store: Store, api: Api, raw: bytes) -> None:
    assert fields_of(api.call("POST", "/bookings", raw=raw)) == [("", "invalid")]


def test_body_of_64_kib_is_read(store: Store, api: Api) -> None:
    padding = 64 * 1024 - len(b'{"x":""}')

    assert refusal_of(api.call("POST", "/bookings", raw=b'{"x":"' + b"a" * padding + b'"}')) == (400, "invalid")


def test_body_of_more_is_too_large(store: Store, api: Api) -> None:
    assert refusal_of(api.call("POST", "/bookings", raw=b'{"x":"' + b"a" * 64 * 1024 + b'"}')) == (413, "too_large")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/plain; charset=utf-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
        "application/jsonp",
        "application/xml",
        "json",
        "*/*",
        "",
    ],
)
def test_other_content_type_is_unsupported(store: Store, api: Api, content_type: str) -> None:
    answer = api.call("POST", "/bookings", body=request_to_book(), content_type=content_type)

    assert refusal_of(answer) == (415, "unsupported_media_type")
    assert not Booking.objects.exists()


@pytest.mark.parametrize("content_type", ["application/json; charset=UTF-8", 'Application/JSON; charset="utf-8"'])
def test_utf8_may_be_named(store: Store, api: Api, content_type: str) -> None:
    assert api.call("POST", "/bookings", body=request_to_book(), content_type=content_type).status_code == 201


def test_empty_body_is_enough_where_nothing_is_asked(booked: dict[str, str], api: Api) -> None:
    api.auth = f"Bearer {booked['manage_token']}"

    for raw in (b"", b"{}"):
        assert api.call("POST", f"/bookings/{booked['reference']}/confirm", raw=raw).status_code == 200


def test_unknown_members_are_ignored(store: Store, api: Api) -> None:
    extra = {"status": "completed", "reference": "AAAAAAAA", "manage_token": "x", "id": 7, "sequence": 9}

    booking = api.post("/bookings", request_to_book(**extra)).json()

    assert (booking["status"], booking["sequence"]) == ("confirmed", 0)
    assert booking["reference"] != "AAAAAAAA"
