"""Back, Forward, reload, a second press and a second tab, on each step of the way to a booking.

Nothing breaks, nothing typed is lost, and what is booked stays the only one.
"""

from datetime import timedelta
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from tests.browser import driver
from tests.browser.conftest import Visitor
from tests.browser.driver import open_page
from tests.browser.journey import (
    NAME,
    Reader,
    expect_booked,
    expect_kept,
    expect_reader,
    fill_details,
    follow,
    free_times,
    main_button,
    new_phone,
    press,
)
from tests.browser.shop import SLUG, TINY, Shop
from tests.servers import wait_until

pytestmark = pytest.mark.browser

WAYS = [
    (Reader("en"), True),
    (Reader("fr"), False),
    (Reader("ar", is_simple=True), True),
    (Reader("en", is_simple=True), False),
]
IDS = ["en", "fr-plain", "ar-simple", "en-simple-plain"]
QUIET_TIME = ".slot[value*='T12:30']"  # those of other tests are early or late
_days = count(12)  # each test has a day of its own


def open_times(page: Page, say: Reader, shop: Shop) -> None:
    day = shop.today + timedelta(days=next(_days))
    open_page(page, f"{say.home}s/{SLUG}/book/?visit_type=visit&day={day}&part=afternoon")


def choose(page: Page, number: int | None = None) -> None:
    """Choose a time by its number, or the quiet one."""
    follow(page, page.locator(QUIET_TIME) if number is None else free_times(page).nth(number))
    expect(page.locator("[name=name]")).to_be_visible()


def expect_page(page: Page, say: Reader) -> None:
    """Expect a page of ours, and not the browser's word that a form would have to be sent again."""
    expect_reader(page, say)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def back(page: Page, say: Reader) -> None:
    driver.go_back(page)
    expect_page(page, say)


def forward(page: Page, say: Reader) -> None:
    driver.go_forward(page)
    expect_page(page, say)


def reload(page: Page, say: Reader) -> None:
    driver.reload(page)
    expect_page(page, say)


def booked_with(shop: Shop, phone: str) -> list[str]:
    """Return the references of the visits booked with a number."""
    number = "+33" + phone.replace(" ", "")[1:]
    rows = shop.carillon.rows(f"SELECT reference FROM booking_booking WHERE phone = '{number}' ORDER BY id")
    return [reference for (reference,) in rows]


@pytest.mark.parametrize(("say", "has_javascript"), WAYS, ids=IDS)
def test_every_step_can_be_left_come_back_to_and_reloaded(
    visitor: Visitor, shop: Shop, say: Reader, has_javascript: bool
) -> None:
    page, phone = visitor(width=390, language=say.language, has_javascript=has_javascript), new_phone()
    open_times(page, say, shop)
    choose(page)
    reload(page, say)
    back(page, say)
    expect(page.locator(".slot.is-own")).to_have_count(1)
    forward(page, say)

    kept = {"phone": "12"} if say.is_simple else {"phone": "12", "name": NAME}
    fill_details(page, phone="12")
    press(page)
    expect(page.get_by_role("alert")).to_be_focused()
    reload(page, say)
    expect(page.get_by_role("alert")).to_be_visible()
    expect_kept(page, **kept)
    back(page, say)
    forward(page, say)
    expect_kept(page, **kept)

    page.locator("[name=phone]").fill(phone)
    press(page)
    if say.is_simple:
        reload(page, say)
        back(page, say)
        expect_kept(page, phone=phone)
        forward(page, say)
        expect(page.get_by_role("main")).to_contain_text(NAME)
        press(page)
    reference = expect_booked(page)
    reload(page, say)
    assert expect_booked(page) == reference

    _expect_all_the_way_back_to_show_it(page, say, reference)
    assert booked_with(shop, phone) == [reference]


def _expect_all_the_way_back_to_show_it(page: Page, say: Reader, reference: str) -> None:
    steps = 0
    while True:
        back(page, say)
        steps += 1
        if "/details/" not in page.url and "/check/" not in page.url:
            break
        expect(page.locator("h1")).to_contain_text(reference[:4])
        expect(page.locator(f"main a[href$='/b/{reference}/']")).to_be_visible()
    assert steps >= 2
    reload(page, say)
    for _ in range(steps):
        forward(page, say)
    assert expect_booked(page) == reference


@pytest.mark.parametrize("say", [Reader("en"), Reader("fr", is_simple=True)], ids=["en", "fr-simple"])
def test_every_button_pressed_twice_counts_once(visitor: Visitor, shop: Shop, say: Reader) -> None:
    page, phone = visitor(width=1280, language=say.language), new_phone()
    open_times(page, say, shop)
    page.locator(QUIET_TIME).dblclick()
    expect(page.locator("[name=name]")).to_be_visible()
    fill_details(page, phone=phone)
    main_button(page).dblclick()
    if say.is_simple:
        page.wait_for_url("**/check/**")
        main_button(page).dblclick()
    page.wait_for_url("**/booked/")

    assert booked_with(shop, phone) == [expect_booked(page)]


def test_two_tabs_book_what_each_was_meant_for(visitor: Visitor, shop: Shop) -> None:
    say, phones = Reader("en"), (new_phone(), new_phone())
    first = visitor(width=1280)
    open_times(first, say, shop)
    times = first.url
    second = first.context.new_page()
    open_page(second, times)
    choose(first)
    choose(second, 51)
    fill_details(first, phone=phones[0], name="Ada Test")
    fill_details(second, phone=phones[1], name="Bea Test")
    driver.reload(first)
    expect_kept(first, name="Ada Test", phone=phones[0])

    press(second)
    press(first)

    references = [expect_booked(first), expect_booked(second)]
    assert [booked_with(shop, phone) for phone in phones] == [[reference] for reference in references]


def test_the_same_form_in_two_tabs_books_once(visitor: Visitor, shop: Shop) -> None:
    say, phone = Reader("en"), new_phone()
    first = visitor(width=390)
    open_times(first, say, shop)
    choose(first)
    second = first.context.new_page()
    open_page(second, first.url)
    for page in (first, second):
        fill_details(page, phone=phone)
    press(first)
    press(second)

    assert expect_booked(second) == expect_booked(first)
    assert len(booked_with(shop, phone)) == 1


@pytest.mark.parametrize("has_javascript", [True, False], ids=["", "plain"])
def test_what_was_typed_is_read_in_another_language(visitor: Visitor, shop: Shop, has_javascript: bool) -> None:
    page, phone = visitor(width=390, has_javascript=has_javascript), new_phone()
    open_times(page, Reader("en"), shop)
    choose(page)
    fill_details(page, phone=phone, note="Side entrance")
    follow(page, page.locator("#languages button[lang=fr]"))
    expect_reader(page, Reader("fr"))
    expect_kept(page, name=NAME, phone=phone, note="Side entrance")
    follow(page, page.locator("#other-words button"))
    expect_reader(page, Reader("fr", is_simple=True))
    for text in (NAME, phone, "Side entrance"):  # nothing is left to ask
        expect(page.get_by_role("main")).to_contain_text(text)
    press(page)
    expect_booked(page)


def test_what_was_typed_survives_a_reload_and_the_way_back_to_the_times(visitor: Visitor, shop: Shop) -> None:
    page, phone = visitor(width=390), new_phone()
    open_times(page, Reader("en"), shop)
    choose(page)
    fill_details(page, phone=phone)
    driver.reload(page)
    expect_kept(page, name=NAME, phone=phone)

    follow(page, page.locator("a.back"))
    follow(page, free_times(page).last)
    expect_kept(page, name=NAME, phone=phone)


def test_a_time_looked_at_is_one_s_own_and_free_again_once_another_is_chosen(visitor: Visitor, shop: Shop) -> None:
    day = shop.today + timedelta(days=next(_days))
    page, other = visitor(width=390), visitor(width=390)
    times = f"/s/{TINY}/book/?visit_type=visit&day={day}"
    open_page(page, times)
    count_before = free_times(page).count()
    choose(page, 0)
    driver.go_back(page)
    expect(page.locator(".slot.is-own")).to_have_count(1)
    expect(free_times(page)).to_have_count(count_before)
    open_page(other, times)
    expect(other.locator(".days [aria-current=true], .day.is-shown")).not_to_have_count(0)
    expect(other.locator(".day-times .slot")).to_have_count(count_before - 1)

    open_page(page, f"/s/{TINY}/book/?visit_type=visit&day={day + timedelta(days=1)}")
    choose(page, 0)

    def is_free_again() -> bool:
        open_page(other, times)
        return other.locator(".day-times .slot").count() == count_before

    wait_until(is_free_again, seconds=180, what="the time is free for others again")


@pytest.mark.parametrize("has_javascript", [True, False], ids=["", "plain"])
def test_the_waiting_list_s_form_can_be_reloaded_and_come_back_to(
    visitor: Visitor, shop: Shop, has_javascript: bool
) -> None:
    say, page = Reader("en"), visitor(width=390, has_javascript=has_javascript)
    open_page(page, f"/s/{TINY}/wait/?visit_type=visit")
    fill_details(page, phone="12")
    press(page)
    reload(page, say)
    expect_kept(page, name=NAME, phone="12")
    page.locator("[name=phone]").fill(new_phone())
    press(page)
    assert "/w/" in page.url
    reload(page, say)
    back(page, say)
    back(page, say)
    forward(page, say)
