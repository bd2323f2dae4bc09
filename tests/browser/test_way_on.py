"""Nothing typed is lost and nobody is left standing: a place kept longer, run out, taken meanwhile; and few taps."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Visitor
from tests.browser.driver import open_page, reload
from tests.browser.journey import (
    NAME,
    Reader,
    come_to_times,
    email_of,
    expect_booked,
    expect_kept,
    fill_details,
    follow,
    free_times,
    new_phone,
    press,
    press_to_book,
)
from tests.browser.shop import SLUG, Shop

pytestmark = pytest.mark.browser

READERS = [Reader("fr"), Reader("en", is_simple=True), Reader("ar")]
IDS = ["fr", "en-simple", "ar"]
IN_THE_MORNING = 30  # other tests are content with the first or the last time of a day
TAPS_MAX = 4
SIMPLE_TAPS_MAX = 7  # one question a page: the day, the part of the day and the name too
# Counts in the tab's own memory, as pages come and go.
COUNT = """addEventListener("click", (event) => {
  const isTap = event.isTrusted && event.target.closest("a, button, summary");
  if (isTap) sessionStorage.taps = Number(sessionStorage.taps || 0) + 1;
}, true);"""


_days = count(6)  # each test has a day of its own, on which it may fill times


def open_times(page: Page, say: Reader, shop: Shop) -> None:
    open_page(page, f"{say.home}s/{SLUG}/book/?visit_type=visit&day={shop.today + timedelta(days=next(_days))}")
    come_to_times(page)


def choose(page: Page, say: Reader, shop: Shop) -> datetime:
    """Choose the first time of a day; return it."""
    open_times(page, say, shop)
    time = free_times(page).nth(IN_THE_MORNING)
    starts_at = datetime.fromisoformat(time.get_attribute("value") or "")
    follow(page, time)
    expect(page.locator("[name=name]")).to_be_visible()
    return starts_at


def let_run_out(shop: Shop) -> None:
    """Let time pass for all places kept."""
    shop.carillon.execute("UPDATE booking_hold SET expires_at = '2020-01-01 00:00:00'")


@pytest.mark.parametrize("say", READERS, ids=IDS)
def test_time_taken_before_the_tap_leads_to_the_nearest_times(visitor: Visitor, shop: Shop, say: Reader) -> None:
    page = visitor(width=390, language=say.language)
    open_times(page, say, shop)
    time = free_times(page).nth(IN_THE_MORNING)
    shop.book("Bea Test", datetime.fromisoformat(time.get_attribute("value") or ""), party_size=4)
    follow(page, time)

    expect(page.get_by_role("alert")).to_be_focused()
    assert barriers(page) == []
    follow(page, page.locator(".slot").first)
    expect(page.locator("[name=name]")).to_be_visible()


@pytest.mark.parametrize("has_javascript", [True, False], ids=["", "plain"])
@pytest.mark.parametrize("say", READERS, ids=IDS)
def test_time_run_out_and_taken_keeps_what_was_typed_and_is_one_tap_from_the_nearest(
    visitor: Visitor, shop: Shop, say: Reader, has_javascript: bool
) -> None:
    page = visitor(width=390, language=say.language, has_javascript=has_javascript)
    starts_at = choose(page, say, shop)
    phone = new_phone()
    fill_details(page, phone=phone, email=email_of(phone))
    let_run_out(shop)
    shop.book("Bea Test", starts_at, party_size=4)
    press(page)

    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("main a[href^='tel:']").first).to_be_visible()
    expect(page.locator("main a[href*='/wait/']").first).to_be_visible()
    follow(page, page.locator(".slot").first)
    if say.is_simple:
        for text in (NAME, phone):
            expect(page.get_by_role("main")).to_contain_text(text)
    else:
        expect_kept(page, name=NAME, email=email_of(phone))
    press(page)
    expect_booked(page)


def test_time_taken_at_the_very_end_keeps_what_was_typed(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=390)
    starts_at = choose(page, Reader("en", is_simple=True), shop)
    fill_details(page, phone=new_phone())
    press(page)
    let_run_out(shop)
    shop.book("Bea Test", starts_at, party_size=4)
    press(page)

    expect(page.get_by_role("alert")).to_be_focused()
    follow(page, page.locator("main .slot").last)
    expect(page.get_by_role("main")).to_contain_text(NAME)
    press(page)
    expect_booked(page)


def test_time_run_out_but_free_is_booked_all_the_same(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=390)
    choose(page, Reader("en"), shop)
    let_run_out(shop)
    reload(page)
    expect(page.locator("#kept")).to_contain_text("This time is no longer kept for you.")
    fill_details(page, phone=new_phone())
    press(page)
    expect_booked(page)


def let_minutes_be_left(shop: Shop, minutes: int) -> None:
    """Let time pass for all places kept, until so little is left that a page offers more."""
    ends = (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S")
    shop.carillon.execute(f"UPDATE booking_hold SET expires_at = '{ends}'")


def test_time_is_kept_longer_in_place_and_said(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=390)
    choose(page, Reader("en"), shop)
    expect(page.locator("#kept")).to_contain_text("for 5 minutes")
    expect(page.locator("#kept button")).to_have_count(0)  # one quiet line as long as there is time
    for _ in range(2):
        let_minutes_be_left(shop, 2)
        reload(page)
        page.locator("[name=name]").fill(NAME)
        page.evaluate("window.isSame = true")
        page.locator("#kept button").click()
        expect(page.locator("#kept")).to_contain_text("for 7 minutes")
        expect(page.locator("#kept-said")).to_have_text("This time is kept for you for 7 more minutes.")
        expect(page.locator("#kept:focus, #kept *:focus")).to_have_count(1)
        assert page.evaluate("window.isSame")
    let_minutes_be_left(shop, 2)
    reload(page)
    expect(page.locator("#kept")).to_contain_text("for 2 minutes")
    expect(page.locator("#kept button")).to_have_count(0)  # twice at most
    expect_kept(page, name=NAME)
    assert barriers(page) == []


def test_time_is_kept_longer_without_javascript(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=390, has_javascript=False)
    choose(page, Reader("en"), shop)
    fill_details(page, phone="12")
    follow(page, page.locator("#kept button"))
    expect(page.locator("#kept")).to_contain_text("for 10 minutes")
    expect_kept(page, name=NAME, phone="12")
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("say", READERS, ids=IDS)
def test_few_taps_and_two_fields_lead_from_the_store_to_the_booking(visitor: Visitor, shop: Shop, say: Reader) -> None:
    page = visitor(width=390, language=say.language)
    page.add_init_script(COUNT)
    open_page(page, f"{say.home}s/{shop.with_one_visit_type()}/")
    follow(page, page.locator("main a[href*='/book/?visit_type=']").first)
    come_to_times(page)
    follow(page, free_times(page).last)
    fill_details(page, phone=new_phone())  # all that is asked: a name and a number
    press_to_book(page, say)
    expect_booked(page)
    assert int(page.evaluate("sessionStorage.taps")) <= (SIMPLE_TAPS_MAX if say.is_simple else TAPS_MAX)


def test_first_free_time_is_booked_in_two_taps(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=390)
    page.add_init_script(COUNT)
    open_page(page, f"/s/{shop.with_one_visit_type()}/")
    follow(page, page.locator(".one-tap button"))
    fill_details(page, phone=new_phone())
    press(page)
    expect_booked(page)
    assert page.evaluate("sessionStorage.taps") == "2"
