"""A browser for each visitor, as wide, in the language and with or without JavaScript as a test asks for it.

Half of these modules share one server and one Chromium, so one worker runs them (tests/scheduling.py).
"""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.browser.driver import new_context
from tests.browser.shop import Shop, open_shop
from tests.servers import House

HEIGHTS = {195: 422, 320: 640, 390: 844, 820: 1180, 1280: 800}
LOCALES = {"en": "en-GB", "fr": "fr-FR", "ar": "ar-EG"}
# What Chromium says of every page that is not found or refused, which pages here answer on purpose.
_EXPECTED_COMPLAINT = re.compile(
    r"Failed to load resource: (?:the server responded with a status of 4\d\d|net::ERR_INTERNET_DISCONNECTED)"
)

Visitor = Callable[..., Page]


@pytest.fixture
def visitor(chromium: Browser, carillon: House) -> Iterator[Visitor]:
    """Let somebody in who has never been here; whoever they are, nothing may break or call another host."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def let_in(*, width: int = 1280, language: str = "en", has_javascript: bool = True) -> Page:
        context = new_context(
            chromium,
            base_url=carillon.url,
            viewport={"width": width, "height": HEIGHTS[width]},
            locale=LOCALES[language],
            java_script_enabled=has_javascript,
            has_touch=width < HEIGHTS[1280],
        )
        contexts.append(context)
        page = context.new_page()
        _listen(page, complaints, host=urlsplit(carillon.url).netloc)
        return page

    yield let_in
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def shop(carillon: House) -> Shop:
    """A store that is open at any moment a test may run, with a manager and a member of staff."""
    return open_shop(carillon)


def _listen(page: Page, complaints: list[str], *, host: str) -> None:
    def on_request(request: Request) -> None:
        address = urlsplit(request.url)
        if address.netloc != host and address.scheme not in ("data", "blob", "about"):
            complaints.append(f"{page.url} asked another host: {request.url}")

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _EXPECTED_COMPLAINT.match(message.text):
            complaints.append(f"{page.url}: {message.text}")

    page.on("request", on_request)
    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
