"""Choosing a day and a time in place: what stays where it was, where the focus goes, and what is said aloud."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.driver import go_back, open_page
from tests.browser.journey import expect_heading
from tests.browser.shop import SLUG, Shop

pytestmark = pytest.mark.browser

BOOK = f"/s/{SLUG}/book/"


def open_times(page: Page) -> None:
    open_page(page, f"{BOOK}?visit_type=visit")
    expect_heading(page, "When would you like to come?")


def mark(page: Page) -> None:
    """Leave a trace on the page, which a new one would not have."""
    page.evaluate("document.body.dataset.isSame = 'yes'")


def expect_same_page(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-is-same", "yes")


def test_another_day_comes_in_place_with_its_address_and_the_focus_on_it(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=390)
    open_times(page)
    mark(page)
    first_day = page.locator("#day").inner_text()

    page.locator(".days a").nth(2).click()

    expect(page.locator(".days a").nth(2)).to_have_attribute("aria-current", "true")
    expect(page.locator("#day")).to_be_focused()
    expect_same_page(page)
    assert f"day={shop.today + timedelta(days=2)}" in page.url
    expect(page.locator("#languages a").first).to_have_attribute("href", re.compile("day="))
    go_back(page)
    expect(page.locator("#day")).to_have_text(re.compile(re.escape(first_day.splitlines()[0])))


def test_later_days_come_in_place(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=1280)
    open_times(page)
    mark(page)

    page.get_by_role("link", name="Later days", exact=True).click()

    expect(page.get_by_role("link", name="Earlier days")).to_be_visible()
    expect(page.locator("#day")).to_be_focused()
    expect_same_page(page)
    assert f"from={shop.today + timedelta(days=7)}" in page.url


def test_another_wish_shows_its_times_at_once_and_says_so(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=390)
    open_page(page, BOOK)
    mark(page)
    wanted = page.get_by_role("link", name="Advice")

    wanted.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("free times")
    expect(wanted).to_be_focused()
    expect(wanted).to_have_attribute("aria-current", "true")
    expect_same_page(page)
    assert "visit_type=advice" in page.url
    expect(page.locator("form[action$='/hold/'] [name=visit_type]")).to_have_value("advice")


def test_the_same_without_javascript(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=390, has_javascript=False)
    open_page(page, BOOK)

    page.get_by_role("link", name="Advice").click()
    expect(page.get_by_role("link", name="Advice")).to_have_attribute("aria-current", "true")
    page.locator("#visit-query summary").click()
    page.locator("#id_party_size").select_option("3")
    page.get_by_role("button", name="Show times").click()
    expect(page.locator("#wish-words")).to_contain_text("3 people")
    page.locator(".days a").nth(2).click()
    expect(page.locator(".days a").nth(2)).to_have_attribute("aria-current", "true")
    page.locator(".weeks-later").click()
    expect(page.get_by_role("link", name="Earlier days")).to_be_visible()
    page.locator(".day-times .slot").first.click()

    expect_heading(page, "How can we reach you?")


def test_a_day_whose_answer_leads_to_another_page_is_shown_as_a_whole(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=390)
    open_times(page)
    mark(page)
    page.route("**/book/?*", lambda route: route.fulfill(body="<h1>Elsewhere</h1>", content_type="text/html"))

    page.locator(".days a").nth(2).click()

    expect_heading(page, "Elsewhere")
    expect(page.locator("body")).not_to_have_attribute("data-is-same", "yes")
