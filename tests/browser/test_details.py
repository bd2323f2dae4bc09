"""The page for one's details: the whole form on one screen of a phone, in every language."""

import pytest
from django.conf import settings
from playwright.sync_api import Page, Request, expect

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


def open_details_with_the_button(page: Page, shop: Shop) -> None:
    """Open the details; the button that keeps the time longer, which is to come later, stands there at once."""
    open_page(page, f"/en/s/{SLUG}/book/?visit_type=visit&day={shop.today}")
    follow(page, free_times(page).last)
    page.locator("#kept noscript").evaluate("later => { later.outerHTML = later.textContent }")


def test_two_quick_presses_keep_the_time_longer_once(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=390)
    open_details_with_the_button(page, shop)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "/extend/" in request.url else None)

    page.evaluate("{ const longer = document.getElementById('longer'); longer.click(); longer.click() }")

    expect(page.locator("#kept p[autofocus]")).to_be_focused()
    assert len(asked) == 1


def test_a_press_that_is_answered_by_another_page_leads_to_it(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=390)
    open_details_with_the_button(page, shop)
    page.route("**/extend/", lambda route: route.fulfill(body="<h1>Sorry</h1>", content_type="text/html"))

    page.locator("#longer").click()

    expect(page.get_by_role("heading", name="Sorry")).to_be_visible()


def test_a_press_without_a_line_says_so_and_loses_nothing(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=390)
    open_details_with_the_button(page, shop)
    page.locator("#id_name").fill("Ada Test")
    page.context.set_offline(True)

    for _press in range(2):
        page.locator("#longer").click()
        expect(page.locator("#kept [role=alert]")).to_have_text(
            "No connection. Nothing is lost: please try again in a moment."
        )

    expect(page.locator("#id_name")).to_have_value("Ada Test")
    page.context.set_offline(False)
    page.locator("#longer").click()
    expect(page.locator("#kept p[autofocus]")).to_be_focused()
    expect(page.locator("#id_name")).to_have_value("Ada Test")
