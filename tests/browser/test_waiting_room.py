"""The waiting room in a rush: it renews itself with and without a script, says whose turn it is, leads to a booking."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import servers
from tests.browser.barriers import barriers
from tests.browser.conftest import LOCALES
from tests.browser.driver import new_context, open_page
from tests.browser.journey import DEMO_STORE, expect_booked, fill_details, free_times, main_button
from tests.chromium import PATIENCE_MS
from tests.servers import House

pytestmark = pytest.mark.browser
OTHERS = 4  # who come in one each six seconds, so that there is time to look at the room
BOOK = f"/en/s/{DEMO_STORE}/book/?visit_type=visit"
WAITS, COMES_IN = re.compile("Many people want to book right now"), re.compile("It is your turn")


@pytest.fixture(scope="module")
def busy() -> Iterator[House]:
    """A Carillon that lets one visitor begin a booking each six seconds."""
    with servers.running(has_demo=True, WAITING_ROOM_PER_MINUTE="10") as house:
        house.execute("UPDATE stores_store SET has_waiting_room = TRUE")
        yield house


def visit(chromium: Browser, house: House, *, has_javascript: bool) -> Page:
    """Let somebody come after others, who take the entries of this moment and the next."""
    context = new_context(
        chromium,
        base_url=house.url,
        locale=LOCALES["en"],
        java_script_enabled=has_javascript,
        viewport={"width": 390, "height": 844},
    )
    page = context.new_page()
    for _ in range(OTHERS):
        page.request.get(BOOK)
    open_page(page, BOOK)
    return page


@pytest.mark.parametrize("has_javascript", [True, False], ids=["", "plain"])
def test_visitor_waits_comes_in_and_books(chromium: Browser, busy: House, has_javascript: bool) -> None:
    page = visit(chromium, busy, has_javascript=has_javascript)
    expect(page).to_have_title(WAITS)
    expect(page.get_by_text("before you.").first).to_be_visible()
    if has_javascript:
        page.wait_for_url("**&live=1")
        assert barriers(page) == []

    expect(page).to_have_title(COMES_IN, timeout=2 * PATIENCE_MS)  # nobody touched it
    expect(page.get_by_role("heading", level=1)).to_have_text(COMES_IN)
    if has_javascript:
        expect(page.get_by_role("status")).to_have_text(COMES_IN)
        assert barriers(page) == []
    page.get_by_role("button", name="Go on and book").click()
    free_times(page).last.click()
    page.wait_for_url("**/book/details/**")
    fill_details(page, phone=f"06 12 36 07 0{int(has_javascript)}")
    main_button(page).click()

    page.wait_for_url("**/booked/")
    expect_booked(page)
    page.context.close()


def test_page_of_somebody_who_waits_for_an_opening_is_no_barrier(chromium: Browser, busy: House) -> None:
    page = visit(chromium, busy, has_javascript=True)
    busy.execute("UPDATE stores_store SET bookings_open_at = '2999-01-01 08:00:00+00:00'")
    open_page(page, f"/simple{BOOK}")

    expect(page.get_by_role("heading", level=1)).to_have_text("Bookings are not open yet")
    page.wait_for_url("**&live=1")
    assert barriers(page) == []
    busy.execute("UPDATE stores_store SET bookings_open_at = NULL")
    page.context.close()
