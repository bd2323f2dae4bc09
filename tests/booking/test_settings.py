"""Settings: what cannot be an amount stops the start with the variable's name."""

from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured

from booking.settings import _amount


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
