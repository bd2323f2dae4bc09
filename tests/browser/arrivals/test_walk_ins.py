"""Somebody comes without a booking: they are let in, given a ticket where all is taken, or squeezed in by a manager."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.arrivals.conftest import Tablet
from tests.browser.arrivals.counter import CHIEF, FIRST, Counter
from tests.browser.barriers import barriers
from tests.browser.driver import open_page

pytestmark = pytest.mark.browser


def test_walk_in_is_let_in_and_a_full_time_is_said(tablet: Tablet, counter: Counter) -> None:
    counter.set_capacity(4)
    counter.book("Gina Test")  # where the next time begins meanwhile, it has as little room
    page = tablet(FIRST)
    let_in(page, "Iris Test", people=3)
    expect(page.get_by_role("region", name="Waiting")).to_contain_text("Iris T.")
    let_in(page, "Jules Test", people=4)
    expect(page.get_by_role("alert")).to_contain_text("All places of the present time are taken.")
    expect(page.get_by_role("button", name="Let them in all the same")).to_have_count(0)

    manager = tablet(CHIEF)
    let_in(manager, "Jules Test", people=4)
    assert barriers(manager) == []
    manager.get_by_role("button", name="Let them in all the same").click()
    expect(manager.get_by_role("region", name="Waiting")).to_contain_text("Jules T.")


def test_walk_in_with_no_place_free_is_given_a_ticket_on_the_tablet(tablet: Tablet, counter: Counter) -> None:
    counter.set_capacity(1)
    for number in range(2):  # now, and in the time that comes next
        counter.book(f"Guest {number} Test", slots=number)
    page = tablet(FIRST)

    page.locator("#walk-in summary").click()
    page.locator("#walk-in").get_by_label("Name").fill("Jules Test")
    page.locator("#walk-in").get_by_role("button", name="Visit", exact=True).click()
    found = page.get_by_role("alert", name="Please look at this")
    expect(found).to_contain_text("All places of the present time are taken.")
    found.get_by_role("button", name="Give a ticket").click()

    given = page.get_by_role("status", name="Tickets given")
    expect(given).to_contain_text("Jules T. has ticket 1.")
    expect(found).to_be_hidden()  # a ticket is no alarm
    assert barriers(page) == []
    given.get_by_role("button", name="I have seen it").click()
    expect(given).to_be_hidden()
    open_page(page, f"/staff/{counter.slug}/queue/")
    expect(page.locator(".turn-label")).to_have_text("1")


def let_in(page: Page, name: str, *, people: int) -> None:
    walk_in = page.locator("#walk-in")
    if walk_in.get_attribute("open") is None:
        walk_in.locator("summary").click()
    walk_in.get_by_label(str(people), exact=True).check(force=True)
    walk_in.get_by_label("Name (optional)").fill(name)
    walk_in.get_by_role("button", name="Visit", exact=True).click()
