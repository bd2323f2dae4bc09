"""Visits kept on the device: only if wanted, in the browser alone, forgotten by one press, and true to the visit."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Visitor
from tests.browser.driver import open_page, read
from tests.browser.journey import (
    Reader,
    choose_last_part,
    expect_booked,
    fill_details,
    follow,
    free_times,
    new_phone,
    press_to_book,
)
from tests.browser.shop import SLUG, Shop

pytestmark = pytest.mark.browser

MINE = "/my-visits/"
KEPT = "JSON.parse(localStorage.getItem('carillon.visits') || '[]')"


def booked(page: Page, shop: Shop, say: Reader) -> str:
    """Book the last time of a day; return the reference."""
    open_page(page, f"{say.home}s/{SLUG}/book/?visit_type=visit&day={shop.today}")
    choose_last_part(page)
    follow(page, free_times(page).last)
    fill_details(page, phone=new_phone())
    press_to_book(page, say)
    return expect_booked(page)


@pytest.mark.parametrize("say", [Reader("en"), Reader("fr"), Reader("en", is_simple=True)], ids=["en", "fr", "simple"])
def test_visit_is_kept_on_wish_listed_and_forgotten_by_one_press(visitor: Visitor, shop: Shop, say: Reader) -> None:
    page = visitor(width=390, language=say.language)
    reference = booked(page, shop, say)
    assert read(page, "localStorage.length") == 0  # nothing without being asked for
    page.locator("[data-keep]").click()
    expect(page.locator("#device-visit [data-forget]")).to_be_focused()
    assert barriers(page) == []

    open_page(page, f"{say.home}my-visits/")
    row = page.locator("#device-visits li")
    expect(row).to_have_count(1)
    assert barriers(page) == []
    page.context.clear_cookies()  # the half hour is over
    follow(page, row.locator("a"))
    expect(page.locator(f"a[href$='/b/{reference}/cancel/']")).to_be_visible()

    open_page(page, f"{say.home}my-visits/")
    row.locator("button").click()
    expect(row).to_have_count(0)
    assert read(page, "localStorage.length") == 0


def test_kept_visit_is_forgotten_once_its_page_says_that_it_is_cancelled(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=390)
    reference = booked(page, shop, Reader("en"))
    page.locator("[data-keep]").click()
    open_page(page, f"/b/{reference}/cancel/")
    follow(page, page.locator("main form button"))

    assert read(page, KEPT) == []
    open_page(page, MINE)
    expect(page.locator("#device-visits")).to_be_hidden()
    expect(page.locator("[name=contact]")).to_be_visible()


def test_what_is_over_or_none_of_ours_is_neither_shown_nor_opened(visitor: Visitor) -> None:
    page = visitor(width=390)
    open_page(page, MINE)
    page.evaluate("""localStorage.setItem('carillon.visits', JSON.stringify([
        {reference: "A", store: "Over", when: "then", ends: "2001-01-01T00:00:00Z", path: "/m/a"},
        {reference: "B", store: "Script", when: "then", ends: "2999-01-01T00:00:00Z", path: "javascript:alert(1)"},
        {reference: "C", store: "Elsewhere", when: "then", ends: "2999-01-01T00:00:00Z", path: "//elsewhere.example"},
        "nonsense", null]))""")
    open_page(page, MINE)

    expect(page.locator("#device-visits li")).to_have_count(0)
    assert read(page, KEPT) == []


def test_without_javascript_the_page_is_the_form_alone(visitor: Visitor) -> None:
    page = visitor(width=390, has_javascript=False)
    open_page(page, MINE)

    expect(page.locator("#device-visits")).to_be_hidden()
    expect(page.locator("[name=contact]")).to_be_visible()
