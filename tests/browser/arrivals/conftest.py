"""Tablets at the door: each a browser of its own, whose line may be cut."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

from tests.browser.arrivals.counter import Counter, open_counter
from tests.browser.driver import new_context, read
from tests.browser.shop import sign_in
from tests.servers import House

TABLET: ViewportSize = {"width": 820, "height": 1180}
# What Chromium says of a cut line, and of answers that refuse.
_EXPECTED_COMPLAINT = re.compile(
    r"Failed to load resource|net::ERR_|The FetchEvent for|An unknown error occurred when fetching"
)

IS_KEPT = """async () => {
  const { shell } = document.querySelector("#app").dataset;
  while (!(await caches.match(shell, { ignoreVary: true }))) await new Promise((resolve) => setTimeout(resolve, 50));
}"""

Tablet = Callable[..., Page]


@pytest.fixture
def counter(carillon: House, request: pytest.FixtureRequest) -> Counter:
    """A store of the test's own: no other puts people into its day."""
    name = re.sub(r"[^a-z]+", " ", request.node.name.removeprefix("test_")).title()[:40].strip()
    return open_counter(carillon, name)


@pytest.fixture
def tablet(chromium: Browser, counter: Counter) -> Iterator[Tablet]:
    """Put a tablet on the counter, with somebody signed in, and wait until its app has taken over."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def put(username: str, *, language: str = "en-GB") -> Page:
        context = new_context(chromium, base_url=counter.carillon.url, viewport=TABLET, locale=language, has_touch=True)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: _complain(message, complaints))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        sign_in(page, username, counter.arrivals)
        return ready(page)

    yield put
    for context in contexts:
        context.close()
    assert complaints == []


def ready(page: Page) -> Page:
    """Wait until the app has taken over, and would open without a network."""
    page.locator("#app[data-is-ready]").wait_for()
    read(page, IS_KEPT)
    return page


def _complain(message: ConsoleMessage, complaints: list[str]) -> None:
    if message.type in ("error", "warning") and not _EXPECTED_COMPLAINT.search(message.text):
        complaints.append(message.text)
