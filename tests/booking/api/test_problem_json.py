import pytest

from booking.api.urls import urlpatterns
from stores.models import Store
from tests.booking.api.calls import Api, fields_of, refusal_of, request_to_book


def test_problem_has_all_members(store: Store, api: Api) -> None:
    answer = api.get("/stores/no-such-shop")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:carillon:problem:not_found",
        "title": "Not found",
        "status": 404,
        "detail": "This does not exist, or no longer.",
        "code": "not_found",
    }


@pytest.mark.parametrize(
    "path", ["/", "/stores/", "/nothing", "/stores/a/b/c", "/bookings/", "/staff", "/waiting-list/", "/ü"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_unknown_address_is_not_found_in_json(api: Api, method: str, path: str) -> None:
    assert refusal_of(api.call(method, path)) == (404, "not_found")


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v2/stores"])
def test_addresses_beside_the_api_are_not_found_in_json(api: Api, path: str) -> None:
    assert refusal_of(api.client.get(path)) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/stores", "GET, HEAD"),
        ("OPTIONS", "/stores", "GET, HEAD"),
        ("TRACE", "/stores", "GET, HEAD"),
        ("BREW", "/stores", "GET, HEAD"),
        ("GET", "/bookings", "POST"),
        ("PUT", "/bookings/ABCD1234/cancel", "POST"),
        ("GET", "/holds/some-token", "DELETE"),
        ("POST", "/docs", "GET, HEAD"),
        ("POST", "/schema", "GET, HEAD"),
    ],
)
def test_method_not_known_is_refused_with_those_that_are(api: Api, method: str, path: str, allowed: str) -> None:
    answer = api.call(method, path)

    assert refusal_of(answer) == (405, "method_not_allowed")
    assert answer["Allow"] == allowed


@pytest.mark.parametrize("accept", ["text/html", "application/xml, text/plain", "nonsense"])
def test_accept_without_json_is_not_acceptable(store: Store, api: Api, accept: str) -> None:
    assert refusal_of(api.get("/stores", Accept=accept)) == (406, "not_acceptable")


@pytest.mark.parametrize("accept", ["*/*", "application/*", "text/html,*/*;q=0.8", "application/json; charset=utf-8"])
def test_accept_that_takes_json_is_served(store: Store, api: Api, accept: str) -> None:
    assert api.get("/stores", Accept=accept).status_code == 200


def test_format_in_query_changes_nothing(store: Store, api: Api) -> None:
    assert api.get("/stores", {"format": "api"})["Content-Type"] == "application/json"


def test_errors_name_each_field_by_its_path(store: Store, api: Api) -> None:
    body = request_to_book(starts_at="tomorrow", party_size="1", customer={"name": " ", "phone": "12", "email": "a@"})

    assert fields_of(api.post("/bookings", body)) == [
        ("starts_at", "invalid"),
        ("party_size", "invalid"),
        ("customer.name", "required"),
        ("customer.phone", "invalid"),
        ("customer.email", "invalid"),
    ]


def test_errors_in_lists_have_the_place_in_the_path(store: Store, api: Api) -> None:
    good = {"store": "a", "visit_type": "b", "starts_at": "2026-11-24T10:00:00Z"}
    body = {"slots": [good, good | {"starts_at": 5}, 7]}

    assert fields_of(api.post("/availability/lookup", body)) == [
        ("slots.1.starts_at", "invalid"),
        ("slots.2", "invalid"),
    ]


def test_messages_are_in_the_readers_language(store: Store, api: Api) -> None:
    answer = api.post("/bookings", {}, Accept_Language="fr-FR, en;q=0.5")

    assert answer["Content-Language"] == "fr"
    assert {error["message"] for error in answer.json()["errors"]} == {"Ce champ est obligatoire."}


def test_public_answers_set_no_cookie(store: Store, api: Api) -> None:
    for answer in (api.get("/stores"), api.post("/bookings", request_to_book()), api.get("/nothing"), api.get("/docs")):
        assert not answer.cookies


def test_no_address_ends_with_a_slash() -> None:
    assert [str(one.pattern) for one in urlpatterns if str(one.pattern).endswith("/")] == []
