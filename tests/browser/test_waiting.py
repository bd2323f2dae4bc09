"""Waiting for a place: joined from a full day, told by text message, taken by one tap, in each kind of words."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.asking import booking_at
from tests.browser.barriers import barriers
from tests.browser.conftest import Visitor
from tests.browser.driver import open_page
from tests.browser.journey import (
    NAME,
    OFFER_LINK,
    Reader,
    expect_booked,
    expect_reader,
    fill_details,
    follow,
    link_to,
    new_phone,
    press,
)
from tests.browser.shop import TINY, Shop

pytestmark = pytest.mark.browser


def _wait_for(page: Page, say: Reader, day: date) -> None:
    """Join the waiting list for a day; in simple words, answer one question a page and check everything."""
    for name in ("from", "to"):
        page.locator(f"[name={name}]:not([type=hidden])").fill(day.isoformat())
        if say.is_simple:
            press(page)
    fill_details(page, phone=new_phone(), name=NAME)
    press(page)
    if say.is_simple:
        expect(page.locator("[name=checked]")).to_have_count(1)
        press(page)


@pytest.mark.parametrize(
    ("say", "days", "has_javascript"),
    [(Reader("en"), 3, True), (Reader("fr", is_simple=True), 4, False), (Reader("ar"), 5, False)],
    ids=["en", "fr-simple-plain", "ar-plain"],
)
def test_place_that_comes_free_is_offered_and_taken(
    visitor: Visitor, shop: Shop, say: Reader, days: int, has_javascript: bool
) -> None:
    day = shop.today + timedelta(days=days)
    noon = shop.at_noon(day)
    taken = shop.carillon.post("/api/v1/bookings", booking_at(TINY, noon.isoformat(), number=800 + days)).json
    page = visitor(width=390, language=say.language, has_javascript=has_javascript)
    open_page(page, f"{say.home}s/{TINY}/book/?visit_type=visit&day={day}")
    follow(page, page.locator("main a[href*='/wait/']").first)
    _wait_for(page, say, day)
    expect(page.locator("main .notice[role=status], main [role=status]").first).to_be_visible()
    expect_reader(page, say)
    if has_javascript:
        assert barriers(page) == []

    key = {"Authorization": f"Bearer {taken['manage_token']}"}
    assert shop.carillon.post(f"/api/v1/bookings/{taken['reference']}/cancel", {}, **key).status == 200
    reference = page.url.split("/w/")[1].split("/")[0]
    open_page(page, link_to(shop.carillon, reference, "place_offered", OFFER_LINK))
    expect_reader(page, say)
    follow(page, page.locator("form[action$='/take/'] button"))
    expect_booked(page)
    expect_reader(page, say)
