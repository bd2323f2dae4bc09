"""Settings: what cannot be an amount stops the start with the variable's name."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from booking.settings import _amount, _proxies, _secret


@pytest.mark.parametrize(
    ("text", "amount"), [("", "0"), ("7.5", "7.5"), ("7", "7"), ("0.0745", "0.0745"), (" 8 ", "8")]
)
def test_an_amount_is_read_exactly(monkeypatch: pytest.MonkeyPatch, text: str, amount: str) -> None:
    monkeypatch.setenv("SMS_CENTS", text)
    assert _amount("SMS_CENTS") == Decimal(amount)


@pytest.mark.parametrize("text", ["7,5", "-1", "1000", "NaN", "Infinity", "1e3", "seven", "٣"])
def test_what_is_no_amount_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SMS_CENTS", text)
    with pytest.raises(ImproperlyConfigured, match=r"^SMS_CENTS: must be a number"):
        _amount("SMS_CENTS")


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("a secret\n")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN_FILE", str(file))
    monkeypatch.delenv("TWILIO_AUTH_TOKEN", raising=False)

    assert _secret("TWILIO_AUTH_TOKEN") == "a secret"


def test_a_secret_said_twice_or_in_no_file_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EMAIL_URL_FILE", str(tmp_path / "nothing"))
    monkeypatch.delenv("EMAIL_URL", raising=False)
    with pytest.raises(ImproperlyConfigured, match=r"^EMAIL_URL_FILE: .* cannot be read \(No such file"):
        _secret("EMAIL_URL")
    monkeypatch.setenv("EMAIL_URL", "smtp://127.0.0.1")
    with pytest.raises(ImproperlyConfigured, match=r"^EMAIL_URL_FILE: cannot be set together with EMAIL_URL"):
        _secret("EMAIL_URL")


@pytest.mark.parametrize(
    ("named", "is_https", "believed"),
    [
        ("", False, []),
        ("", True, ["127.0.0.1", "::1"]),
        ("10.0.0.2", True, ["10.0.0.2"]),
        ("10.0.0.2,10.0.0.3", False, ["10.0.0.2", "10.0.0.3"]),
    ],
)
def test_https_comes_from_a_proxy_on_this_machine_unless_another_is_named(
    monkeypatch: pytest.MonkeyPatch, named: str, is_https: bool, believed: list[str]
) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", named)
    assert _proxies(is_https=is_https) == believed
