"""The moment asked of people who book while far more is booked than usual: a browser calculates, or people wait."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from booking.web.proof_of_work import STORE_NORMAL
from tests import servers
from tests.browser.conftest import LOCALES
from tests.browser.driver import new_context, open_page
from tests.browser.journey import DEMO_STORE, expect_booked, fill_details, follow, free_times, main_button, press
from tests.servers import House

pytestmark = pytest.mark.browser
BOOK = f"/en/s/{DEMO_STORE}/book/?visit_type=visit"
# As many tries in each minute of the next hour: the rush goes on, however long a test takes.
RUSH = f"""
import time
from booking import limits
for minute in range(60):
    for _ in range({STORE_NORMAL + 1}):
        limits.count("tries", "{DEMO_STORE}/" + str(int(time.time()) // 60 + minute), seconds=60 * minute + 180)
"""
MOMENT = re.compile("One moment, please")


@pytest.fixture(scope="module")
def crowded() -> Iterator[House]:
    """A Carillon that counts, where far more people than usual try to keep a time."""
    with servers.running(has_demo=True, RATE_LIMITS="on") as house:
        house.manage("shell", "-v", "0", "-c", RUSH)
        yield house


def visit(chromium: Browser, house: House, *, has_javascript: bool) -> Page:
    context = new_context(chromium, base_url=house.url, locale=LOCALES["en"], java_script_enabled=has_javascript)
    return context.new_page()


def test_a_device_calculates_and_its_reader_notices_little(chromium: Browser, crowded: House) -> None:
    page = visit(chromium, crowded, has_javascript=True)
    open_page(page, BOOK)

    free_times(page).last.click()
    page.wait_for_url("**/book/details/**")
    fill_details(page, phone="06 12 36 00 01")
    expect(page.locator("[name=proof_asked]")).to_have_count(1)
    main_button(page).click()

    page.wait_for_url("**/booked/")
    expect_booked(page)
    page.context.close()


def test_without_javascript_a_wait_does_and_too_early_loses_nothing(chromium: Browser, crowded: House) -> None:
    page = visit(chromium, crowded, has_javascript=False)
    open_page(page, BOOK)

    follow(page, free_times(page).last)
    expect(page.get_by_role("heading", level=1)).to_have_text(MOMENT)
    press(page)
    expect(page.get_by_text("more seconds, then go on")).to_be_visible()
    page.wait_for_timeout(15_000)
    press(page)

    expect(page.locator("[name=name]")).to_be_visible()
    page.context.close()
