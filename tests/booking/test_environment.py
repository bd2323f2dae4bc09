"""The environment: what cannot be an amount stops the start with the variable's name."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from booking.environment import (
    DEAD_HOST,
    database_settings,
    read_amount,
    read_number,
    read_secret,
    read_switch,
    replica_settings,
    trusted_proxies,
    without_session,
)


@pytest.mark.parametrize(
    ("text", "amount"), [("", "0"), ("7.5", "7.5"), ("7", "7"), ("0.0745", "0.0745"), (" 8 ", "8")]
)
def test_an_amount_is_read_exactly(monkeypatch: pytest.MonkeyPatch, text: str, amount: str) -> None:
    monkeypatch.setenv("SMS_CENTS", text)
    assert read_amount("SMS_CENTS") == Decimal(amount)


@pytest.mark.parametrize("text", ["7,5", "-1", "1000", "NaN", "Infinity", "1e3", "seven", "٣"])
def test_what_is_no_amount_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SMS_CENTS", text)
    with pytest.raises(ImproperlyConfigured, match=r"^SMS_CENTS: must be a number"):
        read_amount("SMS_CENTS")


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("a secret\n")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN_FILE", str(file))
    monkeypatch.delenv("TWILIO_AUTH_TOKEN", raising=False)

    assert read_secret("TWILIO_AUTH_TOKEN") == "a secret"


def test_a_secret_said_twice_or_in_no_file_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EMAIL_URL_FILE", str(tmp_path / "nothing"))
    monkeypatch.delenv("EMAIL_URL", raising=False)
    with pytest.raises(ImproperlyConfigured, match=r"^EMAIL_URL_FILE: .* cannot be read \(No such file"):
        read_secret("EMAIL_URL")
    monkeypatch.setenv("EMAIL_URL", "smtp://127.0.0.1")
    with pytest.raises(ImproperlyConfigured, match=r"^EMAIL_URL_FILE: cannot be set together with EMAIL_URL"):
        read_secret("EMAIL_URL")


@pytest.mark.parametrize(
    ("named", "is_https", "believed"),
    [
        ([], False, []),
        ([], True, ["127.0.0.1", "::1"]),
        (["10.0.0.2"], True, ["10.0.0.2"]),
        (["10.0.0.2", "10.0.0.3"], False, ["10.0.0.2", "10.0.0.3"]),
    ],
)
def test_https_comes_from_a_proxy_on_this_machine_unless_another_is_named(
    named: list[str], is_https: bool, believed: list[str]
) -> None:
    assert trusted_proxies(named, is_https=is_https) == believed


@pytest.mark.parametrize(
    ("text", "is_on"), [("on", True), (" Yes ", True), ("1", True), ("OFF", False), ("0", False), ("", True)]
)
def test_a_switch_is_read_in_whatever_words(monkeypatch: pytest.MonkeyPatch, text: str, is_on: bool) -> None:
    monkeypatch.setenv("RATE_LIMITS", text)

    assert read_switch("RATE_LIMITS", default=True) == is_on


def test_what_is_no_switch_and_no_number_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "maybe")
    with pytest.raises(ImproperlyConfigured, match=r"^DEBUG: must be on or off"):
        read_switch("DEBUG", default=False)
    monkeypatch.setenv("WEB_WORKERS", "two")
    with pytest.raises(ImproperlyConfigured, match=r"^WEB_WORKERS: must be a whole number"):
        read_number("WEB_WORKERS", 1)


def test_options_of_an_address_stay_beside_those_of_the_house() -> None:
    found = database_settings("postgres://ada:secret@db:5433/shop?sslmode=require")

    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db", 5433, "shop")
    assert found["OPTIONS"]["sslmode"] == "require"
    assert "lock_timeout=3s" in found["OPTIONS"]["options"]


@pytest.mark.parametrize("url", ["mysql://db/shop", "sqlite://:memory:", "postgres://db:port/shop"])
def test_a_database_that_cannot_be_used_is_refused_by_name(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL: "):
        database_settings(url)


def test_behind_a_pooler_nothing_is_asked_of_a_session() -> None:
    pooled = without_session(database_settings("postgres://ada:secret@127.0.0.1:6432/shop?sslmode=require"))

    bare = {"sslmode": "require", "connect_timeout": 5, "server_side_binding": True, "prepare_threshold": None}
    assert pooled["OPTIONS"] == DEAD_HOST | bare
    assert pooled["DISABLE_SERVER_SIDE_CURSORS"] is True


def test_no_pooler_stands_before_a_file() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_DIRECT_URL: only with a DATABASE_URL that leads"):
        without_session(database_settings("sqlite:////srv/carillon.sqlite3"))


def test_a_host_gone_without_a_word_is_given_up_and_an_address_may_say_when() -> None:
    options = database_settings("postgres://ada@db1/shop?tcp_user_timeout=3000")["OPTIONS"]

    assert options["tcp_user_timeout"] == 3000
    assert options["keepalives_idle"] == DEAD_HOST["keepalives_idle"]


def test_several_hosts_of_one_database_are_tried_in_turn() -> None:
    url = "postgres://ada@db1:5432,db2:5433/shop?target_session_attrs=read-write"
    found = database_settings(url)

    assert (found["HOST"], found["PORT"]) == ("db1,db2", "5432,5433")
    assert found["OPTIONS"]["target_session_attrs"] == "read-write"


def test_a_replica_follows_a_server_and_no_file() -> None:
    server = database_settings("postgres://ada@db1/shop")

    assert replica_settings("postgres://ada@db2/shop", of=server, is_pooled=False)["HOST"] == "db2"
    assert "options" not in replica_settings("postgres://ada@db2/shop", of=server, is_pooled=True)["OPTIONS"]
    for address, of in (
        ("sqlite:////srv/copy", server),
        ("postgres://ada@db2/shop", database_settings("sqlite:////a")),
    ):
        with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_REPLICA_URL: only a PostgreSQL"):
            replica_settings(address, of=of, is_pooled=False)
