"""A paired tablet in a browser: a code, a PIN, names that go, and a manager who takes it out of service."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.arrivals.conftest import TABLET, ready
from tests.browser.arrivals.counter import CHIEF, FIRST, Counter
from tests.browser.arrivals.test_offline import KEPT, row, tap
from tests.browser.driver import new_context, open_page, read, reload
from tests.browser.shop import PASSWORD, sign_in

pytestmark = pytest.mark.browser
PIN = "258036"
QUARTER_HOUR_MS = 15 * 60 * 1000


@pytest.fixture
def pages(chromium: Browser, counter: Counter) -> Iterator[tuple[Page, Page]]:
    """The manager's own screen, and a tablet that belongs to nobody yet."""
    contexts = [
        new_context(chromium, base_url=counter.carillon.url, viewport=TABLET, locale="en-GB", has_touch=True)
        for _ in range(2)
    ]
    yield contexts[0].new_page(), contexts[1].new_page()
    for context in contexts:
        context.close()


def pair(office: Page, counter: Counter, door: Page) -> None:
    """Pair the tablet, and let Ann take it over by a PIN that she chose before."""
    sign_in(office, FIRST, "/staff/account/pin/")
    office.get_by_label("PIN", exact=True).fill(PIN)
    office.get_by_label("Your password").fill(PASSWORD)
    office.get_by_role("button", name="Set the PIN").click()
    expect(office.get_by_text("Your PIN is set.")).to_be_visible()
    office.context.clear_cookies()

    sign_in(office, CHIEF, f"/staff/{counter.slug}/setup/devices/")
    office.get_by_label("Name of the tablet").fill("Entrance")
    office.get_by_role("button", name="Show a code").click()
    code = office.locator(".big-code").inner_text()

    open_page(door, "/staff/pair/")
    door.get_by_label("Code").fill(code)
    door.get_by_role("button", name="Pair this tablet").click()
    unlock(door)


def unlock(door: Page) -> None:
    door.get_by_label(FIRST).check()
    door.get_by_label("PIN").fill(PIN)
    door.get_by_role("button", name="Go on").click()
    ready(door)


def test_tablet_from_its_code_to_its_end(pages: tuple[Page, Page], counter: Counter) -> None:
    office, door = pages
    ada, bob = counter.book("Ada Test"), counter.book("Bob Test")
    pair(office, counter, door)

    tap(door, ada, "Arrived")
    counter.wait_for(ada, "checked_in")
    expect(door.get_by_role("link", name="Day")).to_have_count(0)
    expect(door.get_by_text(f"{FIRST} works at “Entrance”")).to_be_visible()

    door.clock.install()
    door.clock.fast_forward(QUARTER_HOUR_MS + 60_000)
    expect(door.locator("#names-hidden")).to_be_visible()
    expect(row(door, bob)).not_to_contain_text("Bob")

    reload(office)
    office.get_by_role("button", name=re.compile("Take out of service")).click()
    expect(office.get_by_text("The tablet is out of service.")).to_be_visible()
    open_page(door, counter.arrivals)
    expect(door.locator(".arrival")).to_have_count(0)
    assert counter.statuses() == {ada: "checked_in", bob: "confirmed"}


def test_tablet_taken_out_of_service_forgets_the_day_at_once(pages: tuple[Page, Page], counter: Counter) -> None:
    office, door = pages
    counter.book("Ada Test")
    pair(office, counter, door)
    assert read(door, KEPT) == [1, 0]

    reload(office)
    office.get_by_role("button", name=re.compile("Take out of service")).click()

    expect(door.locator("#app")).to_have_count(0)
    assert read(door, KEPT) == [0, 0]
