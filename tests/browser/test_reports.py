"""What happened, on a phone, a tablet and at a desk: nothing in the way, and no picture without its table."""

import os

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Visitor
from tests.browser.shop import MANAGER, NEXT_DOOR, PASSWORD, SLUG, TINY, Shop, lack_places, sign_in

pytestmark = pytest.mark.browser
ORGANIZER = "nora.test"


@pytest.mark.parametrize(("width", "language"), [(390, "fr"), (820, "en"), (1280, "en")])
def test_numbers_of_stores_together_are_read_by_anybody(
    visitor: Visitor, shop: Shop, width: int, language: str
) -> None:
    shop.carillon.manage("add_organization", "sums", "Sums", "--kind", "chain", "--stores", SLUG, NEXT_DOOR, TINY)
    shop.carillon.manage("add_organization_manager", "sums", ORGANIZER, text=f"{PASSWORD}\n")
    shop.book("Ada Test", shop.slot_from_now(165))
    page = sign_in(visitor(width=width, language=language), ORGANIZER, "/staff/o/sums/")

    page.locator("a[href='/staff/o/sums/numbers/']").click()

    expect(page.locator("#stores tbody tr")).to_have_count(3)
    expect(page.locator("#stores tfoot th")).to_be_visible()
    expect(page.locator("section.report-part")).to_have_count(12)
    for chart in page.locator("section.report-part:has(svg)").all():
        expect(chart.locator("table")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert barriers(page) == []
    if folder := os.environ.get("NUMBERS_PICTURES"):
        page.screenshot(path=f"{folder}/together-{width}-{language}.png", full_page=True)
    with page.expect_download() as download:
        page.locator("a[href*='stores.csv']").click()
    assert download.value.suggested_filename.startswith("sums-stores-")


@pytest.mark.parametrize(("width", "language"), [(390, "fr"), (1280, "en")])
def test_numbers_of_one_store_have_no_barriers(visitor: Visitor, shop: Shop, width: int, language: str) -> None:
    lack_places(shop)
    page = sign_in(visitor(width=width, language=language), MANAGER, shop.path("numbers"))

    expect(page.locator("section.report-part")).to_have_count(10)
    expect(page.locator("#more-places")).to_contain_text("24")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert barriers(page) == []
    if folder := os.environ.get("NUMBERS_PICTURES"):
        page.screenshot(path=f"{folder}/store-{width}-{language}.png", full_page=True)
