"""Keyboard alone, from the first page to the booking: Tab, Enter and Space, and always in sight where one is."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visitor
from tests.browser.driver import open_page
from tests.browser.journey import NAME, Reader, expect_booked, expect_reader, new_phone

pytestmark = pytest.mark.browser

TAB_STOPS_MAX = 60
IS_SEEN = """element => {
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const isInView = box.bottom > 0 && box.top < innerHeight;
  return isInView && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""


@pytest.mark.parametrize("say", [Reader("en"), Reader("ar", is_simple=True)], ids=["en", "ar-simple"])
def test_keyboard_alone_leads_from_the_first_page_to_the_booking(visitor: Visitor, say: Reader) -> None:
    page = visitor(width=1280, language=say.language)
    open_page(page, say.home)
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    _tab_to(page, page.locator("[name=q]"))
    page.keyboard.type("breche")
    page.keyboard.press("Enter")
    _follow(page, page.get_by_role("main").get_by_role("link", name="Pharmacie de la Brèche", exact=True))
    _follow(page, page.locator("main a[href*='/book/?visit_type=visit']").first)
    another_day = page.locator(".days a, .simple-choices a").nth(1)
    _follow(page, another_day)
    if say.is_simple:
        _follow(page, page.locator(".simple-choices a[href*='part=']").first)
    else:
        expect(another_day).to_have_attribute("aria-current", "true")
        expect(page.locator("#day")).to_be_focused()
    _follow(page, page.locator("#times .slot").first)
    _answer(page) if say.is_simple else _correct(page)
    if say.is_simple:
        _follow(page, page.locator("form[action$='/confirm/'] .actions .button"), key="Space")
    expect_booked(page)
    expect_reader(page, say)


def _correct(page: Page) -> None:
    """Leave out the name, be led to it by the summary of errors, and fill it in."""
    _tab_to(page, page.locator("[name=phone]"))
    page.keyboard.type(new_phone())
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    _follow(page, page.get_by_role("alert").get_by_role("link").first)
    expect(page.locator("[name=name]")).to_be_focused()
    page.keyboard.type(NAME)
    _follow(page, page.locator("#details .actions .button").first, key="Space")


def _answer(page: Page) -> None:
    """Leave out the name, be led to it, and answer what is asked: each field has the focus where its page opens."""
    expect(page.locator("[name=name]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    _follow(page, page.get_by_role("alert").get_by_role("link").first)
    expect(page.locator("[name=name]")).to_be_focused()
    page.keyboard.type(NAME)
    page.keyboard.press("Enter")
    expect(page.locator("[name=phone]")).to_be_focused()
    page.keyboard.type(new_phone())
    page.keyboard.press("Enter")


def _follow(page: Page, wanted: Locator, *, key: str = "Enter") -> None:
    _tab_to(page, wanted)
    page.keyboard.press(key)


def _tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus, and expect that everybody can see where it is on the way."""
    wanted.wait_for()
    for _ in range(TAB_STOPS_MAX):
        page.keyboard.press("Tab")
        focused = page.locator("*:focus")
        expect(focused).to_be_in_viewport()  # where the page is still on its way there
        assert focused.evaluate(IS_SEEN), focused.evaluate("element => element.outerHTML")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{TAB_STOPS_MAX} tab stops did not lead to {wanted}")
