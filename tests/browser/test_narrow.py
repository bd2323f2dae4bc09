"""Nothing of a customer's way is pushed sideways: not on a small phone, nor on one that shows all twice as large."""

from datetime import timedelta

import pytest
from django.conf import settings
from playwright.sync_api import Page

from tests.browser.conftest import Visitor
from tests.browser.driver import open_page, read
from tests.browser.journey import (
    Reader,
    choose_last_part,
    fill_details,
    follow,
    free_times,
    new_phone,
    press_to_book,
)
from tests.browser.shop import SLUG, Shop

pytestmark = pytest.mark.browser

STORE = "pharmacie-de-la-breche"
PATHS = ["/", f"/s/{STORE}/", f"/s/{STORE}/book/?visit_type=visit", "/my-visits/"]
WIDTHS = [195, 320, 390]
SIZES = [(320, 100), (195, 100), (390, 200)]  # of the page in CSS pixels, of the letters in percent
LARGER = "size => { document.documentElement.style.fontSize = size === 100 ? '' : `${size}%`; }"
# What WCAG 1.4.12 lets readers set.
SPACING = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"

READ_WITH = """rules => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    document.adoptedStyleSheets = [sheet];
}"""


def too_wide(page: Page) -> bool:
    return bool(read(page, "document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
@pytest.mark.parametrize("version", ["", "/simple"], ids=["standard", "simple"])
def test_no_page_is_wider_than_a_phone_nor_than_one_at_200_percent(
    visitor: Visitor, language: str, version: str
) -> None:
    page = visitor(width=390)

    found = []
    for path in PATHS:
        open_page(page, f"{version}/{language}{path}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 640})
            found += [(path, width)] if too_wide(page) else []

    assert found == []


def test_no_page_is_wider_than_a_phone_where_readers_space_the_letters(visitor: Visitor) -> None:
    page = visitor(width=390)

    found = []
    for path in PATHS:
        open_page(page, f"/fr{path}")
        page.evaluate(READ_WITH, SPACING)
        found += [path] if too_wide(page) else []

    assert found == []


@pytest.mark.parametrize(("language", "version"), [("fr", ""), ("de", ""), ("ar", ""), ("fr", "/simple")])
def test_neither_form_nor_booked_visit_is_wider_than_a_phone_however_large_the_letters(
    visitor: Visitor, shop: Shop, language: str, version: str
) -> None:
    page, say = visitor(width=390), Reader(language, is_simple=bool(version))
    found = []
    open_page(page, f"{version}/{language}/s/{SLUG}/book/?visit_type=visit&day={shop.today + timedelta(days=20)}")
    choose_last_part(page)
    follow(page, free_times(page).last)
    found += [("details", *one) for one in SIZES if is_too_wide_at(page, *one)]
    fill_details(page, phone=new_phone())
    press_to_book(page, say)
    found += [("booked", *one) for one in SIZES if is_too_wide_at(page, *one)]

    assert found == []


def is_too_wide_at(page: Page, width: int, letters: int) -> bool:
    page.set_viewport_size({"width": width, "height": 844})
    page.evaluate(LARGER, letters)
    is_wide = too_wide(page)
    page.evaluate(LARGER, 100)
    page.set_viewport_size({"width": 390, "height": 844})
    return is_wide


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_words_of_a_day_stay_within_its_cell(visitor: Visitor, language: str) -> None:
    page = visitor(width=390)
    open_page(page, f"/{language}/s/{STORE}/book/?visit_type=visit")

    outside = page.locator(".day small").evaluate_all(
        "all => all.filter(one => one.scrollWidth > one.closest('.day').clientWidth).map(one => one.textContent)"
    )

    assert outside == []
