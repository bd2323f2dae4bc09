"""A list of stores is short enough for a phone, and every press on it is large enough for a finger."""

import pytest

from tests.browser.conftest import Visitor
from tests.browser.driver import open_page
from tests.browser.shop import SLUG, Shop

pytestmark = pytest.mark.browser

TARGET_MIN = 44
# What a finger meets in the middle of an element.
MET = """one => {
    one.scrollIntoView({ block: "center", behavior: "instant" });
    const box = one.getBoundingClientRect();
    const met = document.elementFromPoint(box.left + Math.min(20, box.width / 2), box.top + box.height / 2);
    return met?.closest("a, button")?.textContent.trim() || "";
}"""
# How high the stretch is that leads to the store, from the name down.
TARGET_HEIGHT = """one => {
    one.scrollIntoView({ block: "center", behavior: "instant" });
    const box = one.getBoundingClientRect();
    let height = 0;
    while (document.elementFromPoint(box.left + 5, box.top + height)?.closest("a") === one) height += 1;
    return height;
}"""


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_each_press_of_a_card_is_met(visitor: Visitor, shop: Shop, width: int, language: str) -> None:
    page = visitor(width=width, language=language)
    open_page(page, "/?q=corner")
    card = page.locator(".store-card", has=page.locator(f"a[href$='/s/{SLUG}/']"))
    name, other = card.locator("h3 a"), card.locator(".card-times > a")

    assert name.evaluate(TARGET_HEIGHT) >= TARGET_MIN
    assert card.locator(".card-facts").evaluate(MET) == name.inner_text()
    for press in (card.locator("button"), other):
        assert press.evaluate(MET) == press.evaluate("one => one.textContent.trim()")
        assert press.evaluate("one => one.getBoundingClientRect().height") >= TARGET_MIN
    card.locator("button").click()
    page.wait_for_url(f"**/s/{SLUG}/book/details/**")
