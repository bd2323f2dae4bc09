"""Nobody is kept out: by a screen reader, a keyboard, a narrow screen, or a color."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Visitor
from tests.browser.journey import NAME, Words, expect_heading, new_phone
from tests.browser.shop import Shop
from tests.browser.walks import counter_states, customer_states, manager_states

pytestmark = pytest.mark.browser

TAB_STOPS_MAX = 60
IS_SEEN = """element => {
  const style = getComputedStyle(element);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_no_customer_page_has_a_barrier(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=390, language="fr")
    assert _barriers_by_state(page, customer_states(page, shop, Words("fr"))) == {}


def test_no_page_at_the_counter_has_a_barrier(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=820)
    assert _barriers_by_state(page, counter_states(page, shop)) == {}


def test_no_page_of_a_manager_has_a_barrier(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=1280)
    assert _barriers_by_state(page, manager_states(page, shop)) == {}


def _barriers_by_state(page: Page, states: Iterator[str]) -> dict[str, list[str]]:
    found = {state: barriers(page) for state in states}
    return {state: violations for state, violations in found.items() if violations}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_customer_page_scrolls_sideways_on_the_narrowest_phone(visitor: Visitor, shop: Shop, language: str) -> None:
    page = visitor(width=320, language=language, has_javascript=False)
    too_wide = {state: page.evaluate(OVERFLOW) for state in customer_states(page, shop, Words(language))}
    assert {state: pixels for state, pixels in too_wide.items() if pixels} == {}


def test_keyboard_alone_leads_from_the_first_page_to_the_booking(visitor: Visitor) -> None:
    page = visitor(width=1280)
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page, page.get_by_label("Name, town or postal code"))
    page.keyboard.type("breche")
    page.keyboard.press("Enter")
    _follow(page, page.get_by_role("link", name="Pharmacie de la Brèche", exact=True))
    _follow(page, page.get_by_role("main").get_by_role("link", name="Other times").first)
    expect_heading(page, "When would you like to come?")
    _follow(page, page.locator(".days a").nth(1))
    expect(page.locator(".days a").nth(1)).to_have_attribute("aria-current", "true")
    expect(page.locator("#day")).to_be_focused()
    _follow(page, page.locator(".day-times .slot").first)
    _tab_to(page, page.get_by_label("Your name"))
    page.keyboard.type(NAME)
    page.keyboard.press("Tab")
    page.keyboard.type(new_phone())
    _follow(page, page.get_by_role("button", name="Continue"))
    _follow(page, page.get_by_role("button", name="Book this visit"))
    expect_heading(page, "Your visit is booked")


def _follow(page: Page, wanted: Locator) -> None:
    _tab_to(page, wanted)
    page.keyboard.press("Enter")


def _tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus, and expect that everybody can see where it is on the way."""
    wanted.wait_for()
    for _ in range(TAB_STOPS_MAX):
        page.keyboard.press("Tab")
        focused = page.locator("*:focus")
        assert focused.evaluate(IS_SEEN), focused.evaluate("element => element.outerHTML")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{TAB_STOPS_MAX} tab stops did not lead to {wanted}")
