"""What is answered, and what is logged, when something is wrong around a request."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from booking.links import manage_url, visits_url, waiting_url
from booking.operations.logs import JsonLine
from booking.web.frame import TrustedProxy
from booking.web.middleware import _Trouble, is_database_trouble
from stores.models import Role
from tests.booking.reading import markup
from tests.factories import make_booking, make_store, make_user
from tests.waiters import make_waiting

DATABASE = "django.db.backends.base.base.BaseDatabaseWrapper.cursor"


@pytest.fixture
def logged() -> Iterator[Any]:
    """Return a function that tells what has been logged, line by line."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLine())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


@pytest.fixture
def calm_client() -> Client:
    """A client that gets answers, as the web server does, instead of exceptions."""
    return Client(raise_request_exception=False)


def _break(monkeypatch: pytest.MonkeyPatch, target: str, error: Exception) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr(target, fail)


@pytest.mark.parametrize(
    "error", [OperationalError("database is locked"), InterfaceError("connection already closed")], ids=["busy", "away"]
)
@pytest.mark.parametrize("path", ["/api/v1/stores", "/"])
def test_request_while_the_database_is_away_is_503(
    calm_client: Client, monkeypatch: pytest.MonkeyPatch, path: str, error: Exception
) -> None:
    _break(monkeypatch, DATABASE, error)
    answer = calm_client.get(path, {"q": "Niort"})
    assert answer.status_code == 503
    assert answer["Retry-After"] == "2"
    if path.startswith("/api/"):
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "busy"


def test_fault_in_the_middleware_inside_is_503(calm_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    _break(
        monkeypatch,
        "django.contrib.sessions.middleware.SessionMiddleware.process_request",
        OperationalError("database or disk is full"),
    )
    assert calm_client.get("/staff/").status_code == 503


def test_fault_of_ours_is_500_and_logged_without_values(
    calm_client: Client, monkeypatch: pytest.MonkeyPatch, logged: Any
) -> None:
    _break(monkeypatch, "booking.operations.health.HttpResponse", ValueError("Ada Test +33612345678"))
    answer = calm_client.get("/healthz?token=secret-token")
    assert answer.status_code == 500
    lines = logged()
    assert [line["event"] for line in lines] == ["request_failed", "request"]
    assert lines[0]["exception"] == "ValueError"
    assert any("health.py" in place for place in lines[0]["stack"])
    assert not any(secret in json.dumps(lines) for secret in ("Ada", "336", "secret"))


def test_request_is_logged_by_its_route_alone(client: Client, logged: Any, db: None) -> None:
    client.get("/b/ABCD1234/?token=secret-token")
    (line,) = logged()
    assert (line["route"], line["method"]) == ("/b/<str:reference>/", "GET")
    assert "ABCD1234" not in json.dumps(line)
    assert "secret" not in json.dumps(line)


@pytest.mark.parametrize("target", ["/%00", "/s/a%00b/", "/?q=%00", "/api/v1/stores?q=a%00b", "/?q=%FF%FE", "/%FF"])
def test_unreadable_address_is_no_fault_of_ours(calm_client: Client, db: None, target: str) -> None:
    assert calm_client.get(target).status_code < 500


@pytest.mark.parametrize("path", ["/", "/api/v1/stores"])
def test_foreign_host_is_400(calm_client: Client, path: str) -> None:
    answer = calm_client.get(path, headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400


def test_fault_page_speaks_the_reader_s_language(calm_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    _break(monkeypatch, DATABASE, OperationalError("locked"))
    answer = calm_client.get("/", {"q": "Niort"}, headers={"Accept-Language": "fr"})
    assert answer["Content-Language"] == "fr"
    assert '<html lang="fr" dir="ltr">' in markup(answer)


def test_trouble_is_told_from_nonsense() -> None:
    assert is_database_trouble(DatabaseError("cannot execute INSERT in a read-only transaction"))
    assert not is_database_trouble(DatabaseError("syntax error"))
    assert not is_database_trouble(ValueError("database is locked"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "believed"),
    [
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("192.0.2.5", "198.51.100.7", "192.0.2.5"),
    ],
    ids=["a proxy of ours", "over IPv6", "the last hop that is not ours", "nothing said", "a stranger"],
)
def test_forwarded_address_counts_from_our_proxies_alone(
    settings: Any, peer: str, forwarded: str, believed: str
) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    seen: dict[str, str] = {}

    def answer(request: HttpRequest) -> HttpResponse:
        seen.update({name: value for name, value in request.META.items() if isinstance(value, str)})
        return HttpResponse()

    TrustedProxy(answer)(
        RequestFactory().get(
            "/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}
        )
    )
    assert seen["REMOTE_ADDR"] == believed
    assert ("HTTP_X_FORWARDED_PROTO" in seen) == (peer != "192.0.2.5")


def test_trouble_that_lasts_is_logged_once_a_minute(
    calm_client: Client, monkeypatch: pytest.MonkeyPatch, logged: Any
) -> None:
    monkeypatch.setattr(_Trouble, "told_at", None)
    monkeypatch.setattr(_Trouble, "untold", 0)
    _break(monkeypatch, DATABASE, OperationalError("database is locked"))

    for _ in range(3):
        assert calm_client.get("/api/v1/stores").status_code == 503

    assert [line["event"] for line in logged()].count("database_trouble") == 1
    assert _Trouble.untold == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/", "same-origin"),
        ("/nothing/", "same-origin"),
        ("/healthz", "same-origin"),
        ("/api/v1/stores", "same-origin"),
        ("/embed.js", "cross-origin"),
        ("/embed/corner-shop-niort/", "cross-origin"),
        ("/s/corner-shop-niort/card.png", "cross-origin"),
    ],
)
def test_other_sites_may_load_only_what_is_made_for_them(client: Client, path: str, policy: str) -> None:
    make_store()

    answer = client.get(path)

    assert answer["Cross-Origin-Resource-Policy"] == policy
    assert "camera=()" in answer["Permissions-Policy"]
    assert "microphone=()" in answer["Permissions-Policy"]


@pytest.mark.django_db
def test_the_arrivals_alone_may_use_the_camera(client: Client) -> None:
    client.force_login(make_user("ada", store=make_store(), role=Role.STAFF))

    policies = {
        page: client.get(f"/staff/corner-shop-niort/{page}/")["Permissions-Policy"] for page in ("arrivals", "day")
    }

    assert "camera=(self)" in policies["arrivals"]
    assert "camera=()" in policies["day"]


@pytest.mark.django_db
def test_no_script_reads_the_token_of_forms(client: Client) -> None:
    client.get("/staff/sign-in/")

    assert client.cookies["csrftoken"]["httponly"]


@pytest.mark.django_db
def test_over_https_every_cookie_is_the_host_s_own(settings: Settings) -> None:
    """Without the prefix, a neighbour under the same name could plant one."""
    settings.IS_HTTPS = True
    store, client = make_store(), Client()
    booking, waiting = make_booking(store), make_waiting(store)
    for url in (manage_url(booking.reference), waiting_url(waiting.reference)):
        client.get("/" + url.split("/", 3)[3])
    hour = int(booking.created_at.timestamp()) // 3600 + 1
    with time_machine.travel(booking.created_at, tick=False):
        client.get("/" + visits_url(booking.reference, contact="phone", hour=hour).split("/", 3)[3])
        client.get("/s/corner-shop-niort/book/details/", {"starts_at": booking.starts_at.isoformat()})
        client.get("/s/corner-shop-niort/wait/")

    names = list(client.cookies)
    assert {name.removeprefix("__Host-").partition("-")[0] for name in names} == {"booking", "waiting", "visits", "way"}
    assert all(name.startswith("__Host-") and client.cookies[name]["secure"] for name in names)
    assert all(client.cookies[name]["path"] == "/" and not client.cookies[name]["domain"] for name in names)
