"""Browsers in words: family and system, whoever they claim to be besides."""

import pytest

from booking.accounts.user_agents import browser_in_words

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (CHROME, "Chrome, Linux"),
        (f"{CHROME} Edg/140.0", "Edge, Linux"),
        (CHROME.replace("X11; Linux x86_64", "Linux; Android 14; SM-X200"), "Chrome, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/17.0 Safari/605.1.15", "Safari, Mac"),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_browser_in_words(user_agent: str, words: str) -> None:
    assert browser_in_words(user_agent) == words
