"""A customer's whole way, on a phone and on a laptop.

In three languages and in simple words, with and without JavaScript.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.driver import open_page
from tests.browser.journey import (
    NAME,
    NOTE,
    VISITS_LINK,
    Reader,
    book,
    choose_time,
    come_to_times,
    email_of,
    expect_booked,
    expect_kept,
    expect_reader,
    fill_details,
    find_store,
    follow,
    free_times,
    link_to,
    main_button,
    new_phone,
    press,
    time_words,
)
from tests.servers import House

pytestmark = pytest.mark.browser


# Each two of these go together at least once.
@pytest.mark.parametrize(
    ("width", "language", "has_javascript", "is_simple"),
    [
        (390, "fr", True, False),
        (390, "en", False, True),
        (390, "ar", True, True),
        (1280, "fr", False, True),
        (1280, "en", True, False),
        (1280, "ar", False, False),
    ],
    ids=[
        "phone-fr",
        "phone-en-simple-plain",
        "phone-ar-simple",
        "laptop-fr-simple-plain",
        "laptop-en",
        "laptop-ar-plain",
    ],
)
def test_booking_from_the_first_page_to_the_cancellation(
    visitor: Visitor, carillon: House, width: int, language: str, has_javascript: bool, is_simple: bool
) -> None:
    say = Reader(language, is_simple)
    page = visitor(width=width, language=language, has_javascript=has_javascript)
    find_store(page, say)
    time = choose_time(page)
    phone = new_phone()
    if is_simple:
        _answer_each_question(page, phone)
        _check_and_book(page, time)
    else:
        _mistype_and_correct(page, phone)
    expect_reader(page, say)
    reference = expect_booked(page)
    expect(page.locator("[data-print]")).to_be_visible(visible=has_javascript)
    _download_calendar(page)

    other = visitor(width=width, language=language, has_javascript=has_javascript)
    open_page(other, link_to(carillon, reference, "confirmation"))
    _expect_no_token(other, reference)
    expect_reader(other, say)
    _change(other, reference)
    _cancel(other, reference)
    expect_reader(other, say)


def _mistype_and_correct(page: Page, phone: str) -> None:
    fill_details(page, phone="12", email="zoe", note=NOTE)
    press(page)

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(2)
    expect_kept(page, name=NAME, phone="12", email="zoe", note=NOTE)
    summary.get_by_role("link").first.click()
    expect(page.locator("[name=phone]")).to_be_focused()

    fill_details(page, phone=phone, email=email_of(phone), note=NOTE)
    press(page)


def _answer_each_question(page: Page, phone: str) -> None:
    fill_details(page, phone="12")
    press(page)
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect_kept(page, phone="12")
    summary.get_by_role("link").click()
    expect(page.locator("[name=phone]")).to_be_focused()
    page.locator("[name=phone]").fill(phone)
    press(page)
    follow(page, page.locator("main a[href*='ask=note']"))
    page.locator("[name=note]").fill(NOTE)
    press(page)


def _check_and_book(page: Page, time: str) -> None:
    main = page.get_by_role("main")
    for text in (time, NAME, NOTE):
        expect(main).to_contain_text(text)
    press(page)


def _download_calendar(page: Page) -> None:
    with page.expect_download() as download:
        page.locator("main a[href$='/calendar.ics']").click()
    assert re.fullmatch(r"[a-z-]+-\d{4}-\d\d-\d\d\.ics", download.value.suggested_filename)
    content = download.value.path().read_bytes()
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert content.count(b"BEGIN:VEVENT") == 1


def _change(page: Page, reference: str) -> None:
    follow(page, page.locator("main a[href$='/change/']").first)
    come_to_times(page)
    time = free_times(page).first
    words = time_words(time)
    follow(page, time)
    press(page)
    expect(page.locator("main .notice[role=status]")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(words)
    _expect_no_token(page, reference)


def _cancel(page: Page, reference: str) -> None:
    follow(page, page.locator("main a[href$='/cancel/']").first)
    press(page)
    expect(page.locator("main .notice[role=status]")).to_be_visible()
    expect(page.locator("main a[href$='/cancel/']")).to_have_count(0)
    _expect_no_token(page, reference)


def _expect_no_token(page: Page, reference: str) -> None:
    assert re.fullmatch(rf"http://[^/]+/(\w+/)*b/{reference}/(booked/)?(\?done=\w+)?", page.url), page.url


def test_another_browser_without_the_link_is_told_how_to_get_in(visitor: Visitor) -> None:
    say = Reader("en")
    reference = book(visitor(width=390), say)
    stranger = visitor(width=390)
    answer = open_page(stranger, f"/b/{reference}/")
    assert answer is not None
    assert answer.status == 404
    expect(stranger.get_by_text(NAME)).to_have_count(0)
    expect(main_button(stranger).or_(stranger.locator("main a.button")).first).to_be_visible()


@pytest.mark.parametrize("say", [Reader("fr"), Reader("ar", is_simple=True)], ids=["fr", "ar-simple"])
def test_who_lost_the_link_is_sent_a_list_of_their_visits(visitor: Visitor, carillon: House, say: Reader) -> None:
    page, phone = visitor(width=390, language=say.language, has_javascript=False), new_phone()
    reference = book(page, say, phone=phone)
    stranger = visitor(width=390, language=say.language, has_javascript=False)
    open_page(stranger, f"{say.home}my-visits/")
    stranger.locator("[name=contact]").fill("06 12 39 00 00")
    press(stranger)
    told_a_stranger = stranger.get_by_role("main").inner_text()

    open_page(page, f"{say.home}my-visits/")
    page.locator("[name=contact]").fill(phone)
    press(page)
    assert page.get_by_role("main").inner_text() == told_a_stranger
    other = visitor(width=390, language=say.language, has_javascript=False)
    open_page(other, link_to(carillon, reference, "visits_list", VISITS_LINK))
    expect_reader(other, say)
    follow(other, other.locator(f"main a[href*='/b/{reference}/']").first)
    _expect_no_token(other, reference)
    expect_reader(other, say)


def test_going_back_to_choose_another_time_keeps_what_was_typed(visitor: Visitor) -> None:
    page = visitor(width=390, has_javascript=False)
    find_store(page, Reader("en"))
    choose_time(page)
    fill_details(page, phone=new_phone())
    follow(page, page.locator("button[formaction$='/book/']").first)
    follow(page, free_times(page).first)
    expect_kept(page, name=NAME)
    press(page)
    expect_booked(page)


def test_language_and_words_change_on_the_spot_and_stay_on_the_way(visitor: Visitor) -> None:
    page = visitor(width=390, has_javascript=False)
    open_page(page, "/")
    follow(page, page.get_by_role("link", name="Français", exact=True))
    expect_reader(page, Reader("fr"))
    follow(page, page.locator("#other-words a"))
    expect_reader(page, Reader("fr", is_simple=True))
    follow(page, page.locator("main a[href*='/s/']").first)
    expect_reader(page, Reader("fr", is_simple=True))
    follow(page, page.locator("#languages").get_by_role("link", name="العربية", exact=True))
    expect_reader(page, Reader("ar", is_simple=True))
    follow(page, page.locator("#other-words a"))
    expect_reader(page, Reader("ar"))
