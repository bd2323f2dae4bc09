import pytest
from pytest_django import Settings

from booking.messages.checks import check_texts


def test_check_texts_says_nothing_where_all_fit(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://rendez-vous.example.com"

    assert check_texts(None) == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://" + "x" * 60, "at most 39 characters leave a text message room for the store's name."),
        ("https://ça.example.org", "it has characters that a text message cannot carry."),
    ],
)
def test_check_texts_address_that_no_text_can_hold(settings: Settings, url: str, reason: str) -> None:
    settings.PUBLIC_URL = url

    (error,) = check_texts(None)

    assert (error.id, error.msg) == ("booking.E101", f"PUBLIC_URL: {url} cannot be used, {reason}")


def test_check_texts_address_of_the_longest_length_named_is_taken(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://" + "x" * 31

    assert check_texts(None) == []
