"""The moment asked of people who book while far more is booked than usual: a browser calculates, or people wait."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from booking.web.proof_of_work import STORE_NORMAL
from tests import servers
from tests.browser.conftest import LOCALES
from tests.browser.driver import open_page
from tests.browser.journey import DEMO_STORE, expect_booked, fill_details, follow, free_times, main_button, press
from tests.chromium import PATIENCE_MS
from tests.servers import House

pytestmark = pytest.mark.browser
BOOK = f"/en/s/{DEMO_STORE}/book/?visit_type=visit"
ROOM_SECONDS = 30
MOMENT = re.compile("One moment, please")


@pytest.fixture(scope="module")
def crowded() -> Iterator[House]:
    """A Carillon that counts, where far more people than usual have just tried to keep a time."""
    with servers.running(has_demo=True, RATE_LIMITS="on") as house:
        yield house


def visit(chromium: Browser, house: House, *, has_javascript: bool) -> Page:
    context = chromium.new_context(base_url=house.url, locale=LOCALES["en"], java_script_enabled=has_javascript)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    await_room_in_the_minute(page)
    for _ in range(STORE_NORMAL + 1):
        page.request.post(f"/s/{DEMO_STORE}/book/hold/", form={"starts_at": "2020-01-01T10:00:00+01:00"})
    return page


def await_room_in_the_minute(page: Page) -> None:
    """Wait for a new minute where this one is nearly over: tries are counted by the minute."""
    seconds_left = 60 - time.time() % 60
    if seconds_left < ROOM_SECONDS:
        page.wait_for_timeout(1000 * seconds_left)


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
