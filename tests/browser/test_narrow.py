"""Nothing of a customer's way is pushed sideways: not on a small phone, nor on one that shows all twice as large."""

import pytest
from django.conf import settings
from playwright.sync_api import Page

from tests.browser.conftest import Visitor
from tests.browser.driver import open_page, read

pytestmark = pytest.mark.browser

STORE = "pharmacie-de-la-breche"
PATHS = ["/", f"/s/{STORE}/", f"/s/{STORE}/book/?visit_type=visit", "/my-visits/"]
WIDTHS = [195, 320, 390]
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


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_words_of_a_day_stay_within_its_cell(visitor: Visitor, language: str) -> None:
    page = visitor(width=390)
    open_page(page, f"/{language}/s/{STORE}/book/?visit_type=visit")

    outside = page.locator(".day small").evaluate_all(
        "all => all.filter(one => one.scrollWidth > one.closest('.day').clientWidth).map(one => one.textContent)"
    )

    assert outside == []
