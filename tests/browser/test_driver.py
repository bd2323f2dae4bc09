"""Moves survive the driver's own races, and hide no fault of a page."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.browser.driver import DOCUMENT_GONE, ENDED_BY_ANOTHER, NOT_BEGUN, TRIES, ask_again, new_context, read

IMPATIENT = re.compile(r"\.new_context\(")
MOVES = re.compile(r"(?<!\bdriver)\.(goto|reload|go_back|go_forward)\(")
SWAPPED = "Page.reload: Protocol error (Page.reload): Not attached to an active page"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = new_context(chromium)
    yield context.new_page()
    context.close()


@pytest.mark.browser
def test_move_that_met_a_swap_of_documents_is_made_again(page: Page) -> None:
    trouble = [Error(SWAPPED), Error(SWAPPED)]

    def move() -> str:
        if trouble:
            raise trouble.pop()
        return "there"

    assert ask_again(page, move, when=NOT_BEGUN) == "there"


@pytest.mark.browser
@pytest.mark.parametrize(("message", "tries"), [(SWAPPED, TRIES + 1), ("Page.reload: net::ERR_CONNECTION_REFUSED", 1)])
def test_fault_that_stays_and_one_of_another_kind_are_raised(page: Page, message: str, tries: int) -> None:
    made = []

    def move() -> None:
        made.append(1)
        raise Error(message)

    with pytest.raises(Error, match=re.escape(message)):
        ask_again(page, move, when=ENDED_BY_ANOTHER)
    assert len(made) == tries


@pytest.mark.browser
def test_page_that_leaves_while_it_is_read_is_read_anew(page: Page) -> None:
    page.route("http://shop.test/**", lambda route: route.fulfill(body="<title>A</title>", content_type="text/html"))
    page.goto("http://shop.test/one")
    leaving = "location.pathname === '/two' ? 'read' : new Promise(() => location.assign('/two'))"
    with pytest.raises(Error, match=DOCUMENT_GONE):
        page.evaluate(leaving)
    page.wait_for_url("http://shop.test/two")
    page.goto("http://shop.test/one")

    assert read(page, leaving) == "read"


def test_pages_are_moved_by_the_driver_s_functions_alone() -> None:
    modules = [path for path in Path(__file__).parent.rglob("*.py") if path.name not in ("driver.py", "test_driver.py")]

    assert [path.name for path in modules if MOVES.search(path.read_text())] == []


def test_browsers_are_opened_with_patience() -> None:
    exempt = ("driver.py", "test_driver.py", "pictures.py")
    modules = [path for path in Path(__file__).parent.rglob("*.py") if path.name not in exempt]

    assert [path.name for path in modules if IMPATIENT.search(path.read_text())] == []
