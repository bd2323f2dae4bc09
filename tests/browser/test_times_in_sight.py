"""The page whose only task is to choose a time shows times: from every way in, on a phone with its bars."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import translation
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visitor
from tests.browser.driver import new_context, open_page, read
from tests.browser.shop import NEXT_DOOR, SLUG, TINY, Shop
from tests.browser.test_embed import let_embed, page_with_times, site

pytestmark = pytest.mark.browser

PHONE_HEIGHT = 664  # with the bars of its browser
FIRST_TIME_Y_MAX, TIMES_MIN, HEADER_MAX, TARGET_MIN = 480, 9, 64, 44
BOOK = f"/s/{SLUG}/book/"
LANGUAGES = [code for code, _ in settings.LANGUAGES]
# Of each time on the page: where it begins, where it ends, how large it is.
MEASURE = """() => [...document.querySelectorAll("main .slot")].map(slot => {
    const box = slot.getBoundingClientRect();
    return [box.top, box.bottom, Math.min(box.width, box.height), box.left];
})"""
# The words of a cell of the grid or the strip that reach out of it.
BURST = """() => [...document.querySelectorAll(".day > *, .day small, main .slot, .tool")]
    .filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline")
    .map(one => one.textContent.trim())"""
AS_UNFREE = """(days, word) => days.forEach(day => {
    day.classList.remove("has-free");
    day.querySelector("small").textContent = word;
})"""
LINES_OF_STRIP = """() => new Set(
    [...document.querySelectorAll(".day")].map(day => Math.round(day.getBoundingClientRect().top))
).size"""


def on_phone(visitor: Visitor, **how: object) -> Page:
    page = visitor(width=390, **how)
    page.set_viewport_size({"width": 390, "height": PHONE_HEIGHT})
    return page


def expect_times_in_sight(page: Page) -> None:
    expect(page.locator("main .slot").first).to_be_visible()
    assert read(page, "() => scrollY") == 0
    measured = page.evaluate(MEASURE)
    in_sight = [one for one in measured if one[1] <= PHONE_HEIGHT]
    assert measured[0][0] <= FIRST_TIME_Y_MAX, measured[0]
    assert len(in_sight) >= TIMES_MIN, in_sight
    assert min(one[2] for one in measured) >= TARGET_MIN
    assert len({round(one[3]) for one in measured}) == 4, "the times stand in columns"


@pytest.mark.parametrize("query", ["", "?visit_type=visit", "?visit_type=advice&party_size=2"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_times_are_in_sight_by_address(visitor: Visitor, shop: Shop, language: str, query: str) -> None:
    page = on_phone(visitor)
    open_page(page, f"/{language}{BOOK}{query}")

    expect_times_in_sight(page)
    assert read(page, BURST) == []


@pytest.mark.parametrize("has_javascript", [True, False])
def test_times_are_in_sight_from_the_page_of_the_store_and_from_the_list(
    visitor: Visitor, shop: Shop, has_javascript: bool
) -> None:
    page = on_phone(visitor, has_javascript=has_javascript)
    open_page(page, f"/fr/s/{SLUG}/")
    page.locator(f"main a[href*='{BOOK}?visit_type=']").first.click()
    page.wait_for_url("**/book/**")
    expect_times_in_sight(page)

    open_page(page, "/fr/?q=corner")
    page.locator(f"main a[href*='{BOOK}']").first.click()
    page.wait_for_url("**/book/**")
    expect_times_in_sight(page)


def test_times_are_in_sight_where_a_visit_is_moved(visitor: Visitor, shop: Shop) -> None:
    page = on_phone(visitor, language="fr")
    open_page(page, f"/fr/s/{NEXT_DOOR}/book/?day={shop.today + timedelta(days=2)}")
    page.locator("main .slot").last.click()
    page.locator("[name=name]").fill("Anna Test")
    page.locator("[name=email]").fill("anna.moves@example.org")
    page.locator("#details .actions .button").first.click()
    page.wait_for_url("**/booked/")
    open_page(page, re.sub(r"booked/$", "change/", page.url))

    expect_times_in_sight(page)


def test_times_are_in_sight_in_the_frame_on_another_site(chromium: Browser, shop: Shop) -> None:
    context = new_context(chromium, viewport={"width": 390, "height": 664}, locale="fr-FR", has_touch=True)
    page = context.new_page()
    with site(page_with_times(shop, "fr")) as origin:
        let_embed(chromium, shop, origin)
        open_page(page, origin)
        frame = page.frame_locator("iframe")
        frame.locator(".slot").first.wait_for()
        tops = frame.locator(".slot").evaluate_all("slots => slots.map(slot => slot.getBoundingClientRect().bottom)")
    context.close()

    assert len([bottom for bottom in tops if bottom <= PHONE_HEIGHT]) >= TIMES_MIN, tops[:TIMES_MIN]


@pytest.mark.parametrize("path", ["/", f"/s/{SLUG}/", BOOK, "/my-visits/"])
def test_one_line_of_64_pixels_is_the_head_of_every_page(visitor: Visitor, shop: Shop, path: str) -> None:
    for width in (320, 390, 820, 1280):
        page = visitor(width=width, language="fr")
        open_page(page, path)

        assert page.locator("header").evaluate("head => head.getBoundingClientRect().height") <= HEADER_MAX, width
        assert page.get_by_role("banner").get_by_role("link", name="Langue").get_attribute("href") == "#languages"
        visits = page.get_by_role("banner").locator("a[href*='/my-visits/']")
        expect(visits).to_be_in_viewport()
        expect(visits).to_contain_text("Mes rendez-vous" if width >= 820 else "Mes RDV")


def test_a_phone_reads_the_number_aloud_and_a_wide_screen_writes_it(visitor: Visitor, shop: Shop) -> None:
    for width, name in ((390, "Call 05 49 24 00 39"), (1280, "Phone: 05 49 24 00 39")):
        page = visitor(width=width)
        open_page(page, BOOK)

        phone = page.get_by_role("banner").get_by_role("link", name=name)

        expect(phone).to_have_attribute("href", "tel:+33549240039")
        expect(phone).to_be_in_viewport()


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_week_of_full_and_closed_days_stands_in_one_line(
    visitor: Visitor, shop: Shop, language: str, width: int
) -> None:
    page = visitor(width=width)
    open_page(page, f"/{language}/s/{TINY}/book/?visit_type=visit")
    with translation.override(language):
        words = [translation.pgettext("in little room", word) for word in ("full", "closed")]

    for word in words:
        page.locator(".day").evaluate_all(AS_UNFREE, word)

        assert read(page, LINES_OF_STRIP) == 1
        assert read(page, BURST) == []
        assert read(page, "() => document.documentElement.scrollWidth") == width


def test_wide_screens_have_the_days_beside_the_times(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=1280)
    open_page(page, BOOK)

    days, times = (page.locator(one).bounding_box() for one in (".days", ".day-times"))

    assert days is not None
    assert times is not None
    assert days["x"] + days["width"] < times["x"]
    assert abs(days["y"] - times["y"]) < 100
