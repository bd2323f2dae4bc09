"""Putting a change back in a browser: right after saving, and from the history where visits are in the way."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Visitor
from tests.browser.shop import MANAGER, Shop, sign_in

pytestmark = pytest.mark.browser

AHEAD = timedelta(days=26)  # within what may be booked; no other test of the shared store looks there


def put_back(page: Page) -> None:
    page.get_by_role("button", name="Put back").first.click()


def test_change_is_put_back_at_once_and_from_the_history_with_its_visits(visitor: Visitor, shop: Shop) -> None:
    day = (datetime.now(shop.zone) + AHEAD).date()
    page = sign_in(visitor(width=390), MANAGER, shop.path("setup", "special-hours"))
    page.get_by_label("First day").fill(day.isoformat())
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#special-hours")).to_contain_text("Saved.")
    assert barriers(page) == []

    put_back(page)

    expect(page.get_by_role("status")).to_contain_text("Put back. That is a change too: it stands first here.")
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shop.book("Ada Test", shop.at_noon(day))
    put_back(page)  # closes the day again
    expect(page.get_by_role("heading", level=1)).to_have_text("Who is affected when this is put back?")
    expect(page.locator(".affected")).to_contain_text("Ada Test")
    assert barriers(page) == []
    page.get_by_label("They are cancelled").check()
    page.get_by_role("button", name="Make the change").click()

    expect(page.get_by_role("status")).to_contain_text("Put back.")
    expect(page.get_by_role("status")).to_contain_text("Please phone: Ada Test")
