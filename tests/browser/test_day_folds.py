"""The day schedule on one screen: folds and filters are pressed open, a week leads to a day, paper has all visits."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Visitor
from tests.browser.driver import open_page, reload
from tests.browser.journey import expect_heading
from tests.browser.paper import sheets
from tests.browser.shop import MANAGER, STAFF, Shop, sign_in

pytestmark = pytest.mark.browser

LAPTOP, PHONE = 1280, 390
PHONE_HEIGHT = 664  # what a browser of a phone leaves
A4_POINTS = (595, 842)
DAYS_AHEAD = 9  # no other test looks at that day


@pytest.fixture(scope="module")
def day(shop: Shop) -> str:
    """Return a day with two visits, three hours apart."""
    day = shop.today + timedelta(days=DAYS_AHEAD)
    noon = shop.at_noon(day)
    shop.book("Xenia Test", noon, phone="06 12 34 57 31")
    shop.book("Yann Test", noon + timedelta(hours=3))
    return f"{shop.path('day')}?date={day}"


def fold(page: Page, time: str) -> Locator:
    """Return the link of the fold that begins at a time."""
    return page.locator(f"#fold-{time.replace(':', '')} [aria-expanded]")


def test_a_fold_opens_by_a_press_and_stays_open_over_a_reload(visitor: Visitor, day: str) -> None:
    page = sign_in(visitor(width=LAPTOP), STAFF, day)
    page.evaluate("window.isSamePage = true")
    row = page.locator("tr", has=page.get_by_role("rowheader", name="13:00", exact=True))
    expect(fold(page, "12:15")).to_have_text("12:15 – 15:00: 44 places left")
    expect(row).to_have_count(0)

    fold(page, "12:15").press("Enter")

    expect(fold(page, "12:15")).to_have_attribute("aria-expanded", "true")
    expect(fold(page, "12:15")).to_be_focused()
    expect(row).to_be_visible()
    assert page.evaluate("window.isSamePage")
    assert barriers(page) == []
    reload(page)
    expect(row).to_be_visible()
    fold(page, "12:15").press("Enter")
    expect(row).to_have_count(0)


def test_without_scripts_folds_filters_and_the_rest_open_as_well(visitor: Visitor, day: str) -> None:
    page = sign_in(visitor(width=PHONE, has_javascript=False), STAFF, day)
    expect(page.get_by_label("Find: name, phone, e-mail or reference")).to_be_hidden()

    page.locator(".day-more summary").press("Enter")
    expect(page.get_by_label("Find: name, phone, e-mail or reference")).to_be_visible()
    fold(page, "12:15").click()
    expect(page.locator("tr:not(.is-folded) th", has_text="13:00")).to_be_visible()


def test_a_filter_is_pressed_without_a_reload(visitor: Visitor, shop: Shop, day: str) -> None:
    page = sign_in(visitor(width=LAPTOP), MANAGER, day)
    page.evaluate("window.isSamePage = true")
    expect(page.get_by_label("Find: name, phone, e-mail or reference")).to_be_visible()
    expect(page.locator(".day-more > summary")).to_be_hidden()
    open_page(page, f"{day}&show=touched")

    expect(page.locator("#board")).to_contain_text("There is no such visit on this day.")
    page.get_by_role("link", name="All 2").press("Enter")
    expect(page.locator("#board")).to_contain_text("Xenia Test")
    assert "show" not in page.url


def test_a_free_time_in_a_fold_opens_under_a_pulled_visit(visitor: Visitor, day: str) -> None:
    page = sign_in(visitor(width=LAPTOP), STAFF, day)
    aim = page.locator("#board [data-starts*='T13:00']")
    expect(aim).to_be_hidden()
    grip = page.locator(".visit", has_text="Xenia Test").locator(".grip")
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    assert box
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + 30, steps=4)

    expect(aim).to_be_visible()
    page.keyboard.press("Escape")
    expect(aim).to_be_hidden()
    page.mouse.up()


def test_a_phone_shows_a_visit_on_its_first_screen(visitor: Visitor, day: str) -> None:
    page = sign_in(visitor(width=PHONE), STAFF, day)
    page.set_viewport_size({"width": PHONE, "height": PHONE_HEIGHT})

    expect(page.get_by_text("Xenia Test")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert barriers(page) == []


def test_day_never_scrolls_sideways(visitor: Visitor, shop: Shop) -> None:
    reference = shop.book("Zacharie Test", shop.slot_from_now(45), phone="06 12 34 57 39")
    page = sign_in(visitor(width=LAPTOP), STAFF, shop.path("day"))
    expect(page.locator(f"#visit-{reference}").get_by_role("button", name="Arrived")).to_be_visible()
    for width in (LAPTOP, 1024, 820, PHONE, 320, 195):
        page.set_viewport_size({"width": width, "height": PHONE_HEIGHT})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [PHONE, LAPTOP])
def test_a_week_leads_to_its_day(visitor: Visitor, shop: Shop, day: str, width: int) -> None:
    when = shop.today + timedelta(days=DAYS_AHEAD)
    page = sign_in(visitor(width=width), STAFF, f"{shop.path('week')}?from={when}")
    line = page.locator("tr", has=page.locator(f"a[href$='{when}']"))
    expect(line.locator("td").first).to_have_text("2")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert barriers(page) == []

    line.get_by_role("link").click()

    expect(page.locator("#board")).to_contain_text("Yann Test")
    page.get_by_role("link", name="Week", exact=True).click()
    page.get_by_role("link", name="Four weeks").click()
    expect_heading(page, "Four weeks, ")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_paper_has_every_visit_and_a_line_for_a_free_stretch(visitor: Visitor, shop: Shop, day: str) -> None:
    page = sign_in(visitor(width=LAPTOP), STAFF, day)
    printed = sheets(page.pdf(prefer_css_page_size=True))

    text = "".join(sheet.text for sheet in printed)
    for needed in ("Xenia Test", "Yann Test", "12:15 – 15:00: 44 places left"):
        assert needed in text
    assert "13:00" not in text
    assert len(printed) == 1
    open_page(page, f"{shop.path('weeks')}")
    printed = sheets(page.pdf(prefer_css_page_size=True))
    assert ([sheet.size for sheet in printed], "Four weeks" in printed[0].text) == ([A4_POINTS], True)


@pytest.mark.parametrize("path", ["day", "week", "weeks", "arrivals"])
def test_one_press_prints(visitor: Visitor, shop: Shop, path: str) -> None:
    page = sign_in(visitor(width=LAPTOP), STAFF, shop.path(path))
    page.evaluate("window.print = () => (window.hasPrinted = true)")

    page.get_by_role("button", name="Print").click()

    assert page.evaluate("window.hasPrinted")
