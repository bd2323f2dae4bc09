"""A customer's whole way, as it is on a phone and on a laptop, in both languages, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.journey import (
    NAME,
    NOTE,
    Words,
    book,
    choose_time,
    expect_heading,
    fill_details,
    find_store,
    free_times,
    link_in,
    new_phone,
    reference_of,
    text_message,
)
from tests.processes import Carillon

pytestmark = pytest.mark.browser


# Each two of these go together at least once.
@pytest.mark.parametrize(
    ("width", "language", "has_javascript"),
    [(390, "fr", True), (390, "en", False), (1280, "fr", False), (1280, "en", True)],
    ids=["phone-fr", "phone-en-plain", "laptop-fr-plain", "laptop-en"],
)
def test_booking_from_the_first_page_to_the_cancellation(
    visitor: Visitor, live_server_process: Carillon, width: int, language: str, has_javascript: bool
) -> None:
    say = Words(language)
    page = visitor(width=width, language=language, has_javascript=has_javascript)
    find_store(page, say)
    time = choose_time(page, say)
    _mistype_and_correct(page, say)
    _check_and_book(page, say, time)
    reference = reference_of(page)
    _download_calendar(page, say, reference)

    message = text_message(live_server_process, reference, containing=say("visit booked for"))
    other = visitor(width=width, language=language, has_javascript=has_javascript)
    other.goto(link_in(message))
    _expect_no_token(other, reference)
    expect(other.get_by_text(say("Booked"), exact=True)).to_be_visible()
    _change(other, say, reference)
    _cancel(other, say, reference)


def _mistype_and_correct(page: Page, say: Words) -> None:
    fill_details(page, say, phone="12", email="zoe")
    page.get_by_role("button", name=say("Continue")).click()

    expect_heading(page, say("How can the store reach you?"))
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text(say("Please look at this again"))
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(2)
    for label, typed in {
        "Your name": NAME,
        "Phone number": "12",
        "E-mail address": "zoe",
        "A note for the store": NOTE,
    }.items():
        expect(page.get_by_label(say(label))).to_have_value(typed)
    summary.get_by_role("link").first.click()
    expect(page.get_by_label(say("Phone number"))).to_be_focused()

    fill_details(page, say, phone=new_phone(), email="zoe@example.org")
    page.get_by_role("button", name=say("Continue")).click()


def _check_and_book(page: Page, say: Words, time: str) -> None:
    expect_heading(page, say("Is everything right?"))
    facts = page.get_by_role("main").locator("dl")
    for text in (time, NAME, NOTE, "zoe@example.org"):
        expect(facts).to_contain_text(text)
    page.get_by_role("button", name=say("Book this visit")).click()
    expect_heading(page, say("Your visit is booked"))
    _expect_no_token(page, reference_of(page))


def _download_calendar(page: Page, say: Words, reference: str) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name=say("Add to my calendar")).click()
    assert download.value.suggested_filename == f"{reference}.ics"
    content = download.value.path().read_bytes()
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert content.count(b"BEGIN:VEVENT") == 1


def _change(page: Page, say: Words, reference: str) -> None:
    was = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name=say("Change the time")).click()
    expect_heading(page, say("When would you like to come instead?"))
    free_times(page).last.click()
    expect_heading(page, say("Move your visit to this time?"))
    page.get_by_role("button", name=say("Move my visit")).click()
    expect(page.get_by_role("status")).to_have_text(say("Your visit has been moved."))
    expect(page.get_by_role("heading", level=1)).not_to_have_text(was)
    _expect_no_token(page, reference)


def _cancel(page: Page, say: Words, reference: str) -> None:
    page.get_by_role("link", name=say("Cancel the visit")).click()
    expect_heading(page, say("Cancel your visit?"))
    page.get_by_role("button", name=say("Cancel my visit")).click()
    expect(page.get_by_role("status")).to_contain_text(say("Your visit is cancelled."))
    expect(page.get_by_text(say("Cancelled"), exact=True)).to_be_visible()
    _expect_no_token(page, reference)


def _expect_no_token(page: Page, reference: str) -> None:
    assert re.fullmatch(rf"http://[^/]+/b/{reference}/(booked/)?(\?done=\w+)?", page.url), page.url


def test_another_browser_without_the_link_is_told_how_to_get_in(visitor: Visitor) -> None:
    say = Words("en")
    reference = book(visitor(width=390), say)
    stranger = visitor(width=390)
    stranger.goto(f"/b/{reference}/")
    expect_heading(stranger, say("Open your booking with its link"))
    expect(stranger.get_by_text(NAME)).to_have_count(0)


def test_going_back_to_choose_another_time_keeps_what_was_typed(visitor: Visitor) -> None:
    say = Words("en")
    page = visitor(width=390, has_javascript=False)
    find_store(page, say)
    choose_time(page, say)
    fill_details(page, say, phone=new_phone())
    page.get_by_role("button", name="Choose another time").click()
    free_times(page).last.click()
    expect_heading(page, say("Is everything right?"))
    expect(page.get_by_role("main").locator("dl")).to_contain_text(NAME)


def test_language_changes_on_the_spot_and_stays(visitor: Visitor) -> None:
    page = visitor(width=390, has_javascript=False)
    page.goto("/")
    page.get_by_role("button", name="Français").click()
    expect_heading(page, Words("fr")("Which store would you like to visit?"))
    page.reload()
    expect_heading(page, Words("fr")("Which store would you like to visit?"))
