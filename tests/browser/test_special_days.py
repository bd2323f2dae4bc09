"""A vacation by one link, two days and one press, and all public holidays by one press.

Where visits are in the way, the decision about them takes two presses more.
"""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Visitor
from tests.browser.shop import MANAGER, Shop, sign_in

pytestmark = pytest.mark.browser

FAR = timedelta(days=300)  # where no other test of the shared store looks


def test_two_weeks_are_closed_by_one_form_and_holidays_are_ticked(visitor: Visitor, shop: Shop) -> None:
    first = (datetime.now(shop.zone) + FAR).date()
    last = first + timedelta(days=13)
    page = sign_in(visitor(width=390), MANAGER, shop.path("setup"))
    page.get_by_role("link", name="Add or remove days").click()
    page.get_by_label("First day").fill(first.isoformat())
    page.get_by_label("Last day").fill(last.isoformat())
    assert barriers(page) == []
    ticks = page.get_by_role("group", name="The store is closed on").get_by_role("checkbox")
    assert ticks.count() > 0
    assert all(tick.is_checked() for tick in ticks.all())
    expect(page.get_by_role("button", name="Close on the ticked days")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator("#special-hours")).to_contain_text("Saved.")
    expect(page.locator("#special-hours")).to_contain_text("more days")
