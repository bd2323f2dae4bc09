"""The page for one's details: the whole form on one screen of a phone, in every language."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.driver import open_page
from tests.browser.journey import follow, free_times
from tests.browser.shop import SLUG, Shop

pytestmark = pytest.mark.browser

BUTTON_TOP_MAX = 780  # of the 844 pixels of a phone


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_details_and_their_button_are_on_one_screen(visitor: Visitor, shop: Shop, language: str) -> None:
    page = visitor(width=390)
    open_page(page, f"/{language}/s/{SLUG}/book/?visit_type=visit&day={shop.today}")
    follow(page, free_times(page).last)

    expect(page.locator("[name=name]")).to_be_in_viewport(ratio=1)
    expect(page.locator("[name=email]")).to_be_in_viewport(ratio=1)
    button = page.locator("main form .actions button:visible").first.bounding_box()
    assert button is not None
    assert button["y"] <= BUTTON_TOP_MAX
    assert page.evaluate("scrollY") == 0
