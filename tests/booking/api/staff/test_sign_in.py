from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from knox.models import AuthToken

from stores.models import Role, Store
from tests.booking.api.calls import Api, Json, fields_of, refusal_of, signed_in
from tests.factories import PASSWORD, make_booking, make_store, make_user

ME = {"username": "ada", "password": PASSWORD}


def test_token_opens_the_staff_api_until_it_is_ended(store: Store, api: Api) -> None:
    make_user("ada", store=store)

    answer = api.post("/staff/token", ME)
    me = Api(f"Token {answer.json()['token']}")

    assert answer.status_code == 200
    assert me.get("/staff/stores").status_code == 200
    assert me.delete("/staff/token").status_code == 204
    assert refusal_of(me.get("/staff/stores")) == (401, "not_authenticated")


def test_token_does_not_end_by_age(manager: Api, clock: time_machine.Traveller) -> None:
    clock.shift(timedelta(days=400))

    assert manager.get("/staff/stores").status_code == 200


def test_token_is_stored_as_a_digest_alone(store: Store, api: Api) -> None:
    make_user("ada", store=store)

    token = api.post("/staff/token", ME).json()["token"]

    assert token not in str(list(AuthToken.objects.values()))


@pytest.mark.parametrize("changes", [{"password": "wrong"}, {"username": "nobody"}, {"username": "", "password": ""}])
def test_wrong_name_and_wrong_password_look_alike(store: Store, api: Api, changes: Json) -> None:
    make_user("ada", store=store)

    answer = api.post("/staff/token", ME | changes)

    assert refusal_of(answer) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Token"
    assert answer.content == api.post("/staff/token", ME | {"password": "another"}).content


def test_a_name_is_read_in_any_case(store: Store, api: Api) -> None:
    make_user("ada", store=store)

    assert "token" in api.post("/staff/token", ME | {"username": "ADA"}).json()


def test_member_no_longer_active_is_not_let_in(store: Store, api: Api) -> None:
    user = make_user("ada", store=store)
    me = Api(f"Token {api.post('/staff/token', ME).json()['token']}")
    user.is_active = False
    user.save()

    assert refusal_of(api.post("/staff/token", ME)) == (401, "not_authenticated")
    assert refusal_of(me.get("/staff/stores")) == (401, "not_authenticated")


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("username", "required"), ("password", "required")]),
        (ME | {"username": 5}, [("username", "invalid")]),
        (ME | {"username": "a\0"}, [("username", "invalid")]),
        (ME | {"username": "a" * 151}, [("username", "too_long")]),
        (ME | {"password": "a" * 1001}, [("password", "too_long")]),
        (ME | {"password": None}, [("password", "null")]),
    ],
)
def test_bad_sign_in_names_its_fields(store: Store, api: Api, body: Json, errors: list[tuple[str, str]]) -> None:
    assert fields_of(api.post("/staff/token", body)) == errors


@pytest.mark.parametrize(
    "auth",
    ["", "Token", "Token x", "Token a b", "Bearer x", "Token é", "Token " + "a" * 3000, "Basic YTpi", "Token \x7f"],
)
def test_without_valid_credentials_nothing_opens(store: Store, auth: str) -> None:
    answer = Api(auth).get("/staff/stores")

    assert refusal_of(answer) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Token"


def test_stores_are_those_where_one_works(store: Store) -> None:
    make_store("other-shop", name="Other Shop")

    assert signed_in(store, Role.STAFF, "bob").get("/staff/stores").json() == {
        "results": [{"slug": store.slug, "name": "Corner Shop", "role": "staff"}]
    }
    assert signed_in(None, Role.STAFF, "eve").get("/staff/stores").json() == {"results": []}


# --- By session -----------------------------------------------------------------------------------


@pytest.fixture
def session(store: Store) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("ada", store=store), backend="django.contrib.auth.backends.ModelBackend")
    return client


def csrf_token(client: Client) -> str:
    client.cookies["csrftoken"] = "a" * 32
    return "a" * 32


def post(client: Client, path: str, **extra: Any) -> Any:
    return client.post(f"/api/v1{path}", {}, content_type="application/json", **extra)


def test_session_reads(session: Client) -> None:
    assert session.get("/api/v1/staff/stores").status_code == 200


def test_session_writes_with_its_csrf_token_alone(store: Store, session: Client) -> None:
    path = f"/staff/bookings/{make_booking(store).reference}/cancel"

    without = post(session, path)
    token = csrf_token(session)
    wrong = post(session, path, headers={"X-CSRFToken": "b" * 32})
    with_token = post(session, path, headers={"X-CSRFToken": token})

    assert refusal_of(without) == (403, "not_permitted")
    assert refusal_of(wrong) == (403, "not_permitted")
    assert with_token.status_code == 200


def test_form_of_another_site_changes_nothing(store: Store, session: Client) -> None:
    booking = make_booking(store)

    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = session.generic(
            "POST", f"/api/v1/staff/bookings/{booking.reference}/cancel", b"{}", content_type=content_type
        )
        assert refusal_of(answer) == (403, "not_permitted")

    booking.refresh_from_db()
    assert booking.status == "confirmed"


def test_session_ends_no_token(session: Client) -> None:
    answer = session.delete("/api/v1/staff/token", headers={"X-CSRFToken": csrf_token(session)})

    assert refusal_of(answer) == (404, "not_found")
