"""The poster as it comes out of the printer."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.driver import open_page
from tests.browser.shop import SLUG, Shop

pytestmark = pytest.mark.browser
A5_POINTS = (419.5, 595.3)
CODE_MM = 70  # to be read from two steps away


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_poster_is_one_sheet_of_a5(visitor: Visitor, shop: Shop, language: str) -> None:
    page = visitor(width=1280)
    open_page(page, f"/{language}/s/{SLUG}/poster/")

    pdf = page.pdf(prefer_css_page_size=True)

    sheets = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert [
        [round(float(side) - wanted) for side, wanted in zip(sides, A5_POINTS, strict=True)] for sides in sheets
    ] == [[0, 0]]


def test_a_poster_shows_the_code_large_and_nothing_of_the_screen(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=1280)
    open_page(page, f"/en/s/{SLUG}/poster/")
    page.emulate_media(media="print", color_scheme="dark")

    box = page.locator(".poster .code svg").bounding_box()

    assert box is not None
    assert box["width"] >= CODE_MM / 25.4 * 96
    for unprinted in (".top", ".foot", ".poster-tools"):
        expect(page.locator(unprinted)).to_be_hidden()
    assert (
        page.locator(".poster").evaluate("poster => getComputedStyle(poster).backgroundColor") == "rgb(255, 255, 255)"
    )
