"""Moves of a page that survive the driver's own races.

While the browser swaps one document for the next, Playwright finds no page to tell what it is asked to, and says so.
That is no fault of the page: the same is asked again once it has loaded. Everything else that goes wrong is raised at
once, and so is a race that comes again and again, as it may be a page of ours that never comes to rest.
"""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from playwright.sync_api import Browser, BrowserContext, Error, Page, Response

from tests.chromium import PATIENCE_MS

Result = TypeVar("Result")
TRIES = 6
FIRST_PAUSE_MS = 50  # then twice as long each time
# Of a move that has not begun.
NOT_BEGUN = re.compile(r"Not attached to an active page")
# Of one that a move of the page itself has ended. To ask for the same address once more does no harm.
ENDED_BY_ANOTHER = re.compile(
    rf"{NOT_BEGUN.pattern}|net::ERR_ABORTED|interrupted by another navigation|[Ff]rame was detached|frame got detached"
)
# Of a script that only reads.
DOCUMENT_GONE = re.compile(
    r"Execution context was destroyed|Cannot find context with specified id|Inspected target navigated or closed"
    r"|page is navigating and changing the content"
)


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    """Return a new browser of somebody, whose pages may take their time."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE_MS)
    return context


def open_page(page: Page, address: str) -> Response | None:
    """Open an address in a page; return what the server answered."""
    return ask_again(page, lambda: page.goto(address), when=ENDED_BY_ANOTHER)


def reload(page: Page) -> None:
    """Ask for the page once more."""
    ask_again(page, page.reload, when=ENDED_BY_ANOTHER)


def go_back(page: Page) -> None:
    """Go to the page before."""
    ask_again(page, page.go_back, when=NOT_BEGUN)


def go_forward(page: Page) -> None:
    """Go to the page that came after."""
    ask_again(page, page.go_forward, when=NOT_BEGUN)


def read(page: Page, script: str) -> object:
    """Return what a script finds that changes nothing, in a page that may be about to leave for another."""
    return ask_again(page, lambda: page.evaluate(script), when=DOCUMENT_GONE)


def ask_again(page: Page, move: Callable[[], Result], *, when: re.Pattern[str]) -> Result:
    """Return what a move returns, made again where the driver's message says that the page was being swapped."""
    for number in range(TRIES):
        page.wait_for_load_state()
        try:
            return move()
        except Error as error:
            if not when.search(error.message):
                raise
            page.wait_for_timeout(FIRST_PAUSE_MS * 2**number)
    return move()
