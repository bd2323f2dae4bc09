"""The line, from the ticket to the call on the screen in the shop, which chimes."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.arrivals.conftest import Tablet
from tests.browser.arrivals.counter import FIRST, Counter
from tests.browser.arrivals.hearing import LISTEN, YES
from tests.browser.barriers import barriers
from tests.browser.driver import open_page

pytestmark = pytest.mark.browser


@pytest.fixture
def screen(tablet: Tablet, counter: Counter) -> tuple[Page, Page]:
    """The page of the line, and the screen in the shop with its sound turned on."""
    line = tablet(FIRST)
    open_page(line, f"/staff/{counter.slug}/queue/")
    wall = line.context.new_page()
    open_page(wall, f"/staff/{counter.slug}/display/")
    wall.evaluate(LISTEN)
    wall.get_by_role("button", name="Turn the sound on").click()
    assert wall.evaluate("heard") == YES
    return line, wall


def test_who_is_called_is_shown_and_heard_once(screen: tuple[Page, Page]) -> None:
    line, wall = screen
    expect(wall.locator("#calls")).to_contain_text("Welcome! We call you.")

    line.get_by_text("Give a ticket").click()
    line.get_by_label("Name").fill("Iris Test")
    line.get_by_role("button", name="Visit", exact=True).click()
    expect(line.get_by_role("status")).to_contain_text("is given")
    given = re.search(r"Ticket (\d+) is given", line.get_by_role("status").inner_text())
    assert given
    wall.bring_to_front()
    expect(wall.locator(".wall-next")).to_contain_text(given[1])
    assert wall.evaluate("heard") == YES  # somebody who joins is not called

    line.bring_to_front()
    line.get_by_role("button", name=re.compile(r"^Call\b")).click()
    wall.bring_to_front()
    expect(wall.locator("#calls")).to_contain_text(given[1])
    for _ in range(2):
        with wall.expect_response("**/display/"):
            pass
    assert wall.evaluate("heard") == [*YES, *YES]
    assert "Test" not in wall.locator("body").inner_text().replace(wall.locator(".brand").inner_text(), "")
    assert barriers(wall) == []
