"""Who manages a chain looks at its stores side by side, on a phone and at a desk."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Visitor
from tests.browser.shop import NEXT_DOOR, PASSWORD, SLUG, TINY, Shop, lack_places, sign_in

pytestmark = pytest.mark.browser
ORGANIZER = "olga.test"


@pytest.mark.parametrize(("width", "language"), [(390, "fr"), (820, "en"), (1280, "en")])
def test_stores_stand_side_by_side_in_the_order_of_a_column(
    visitor: Visitor, shop: Shop, width: int, language: str
) -> None:
    shop.carillon.manage("add_organization", "chain", "Chain", "--kind", "chain", "--stores", SLUG, NEXT_DOOR, TINY)
    shop.carillon.manage("add_organization_manager", "chain", ORGANIZER, text=f"{PASSWORD}\n")
    lack_places(shop)
    page = sign_in(visitor(width=width, language=language), ORGANIZER, "/staff/")

    page.locator("a[href='/staff/o/chain/']").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(page.locator(f"a[href='/staff/{SLUG}/numbers/#more-places']")).to_be_visible()
    expect(page.locator("[aria-sort]")).to_have_attribute("aria-sort", "ascending")
    page.locator("thead a[href*='sort=-free']").press("Enter")

    expect(page.locator("[aria-sort]")).to_have_attribute("aria-sort", "descending")
    expect(page).to_have_url(re.compile("sort=-free"))
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert barriers(page) == []
    if folder := os.environ.get("CHAIN_PICTURES"):
        page.screenshot(path=f"{folder}/chain-{width}-{language}.png", full_page=True)
    rows.first.locator("a").click()
    expect(page).to_have_url(re.compile(r"/staff/[a-z-]+-niort/day/"))
