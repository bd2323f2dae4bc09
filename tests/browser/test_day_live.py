"""The day schedule as it lives: what others do is seen at once, a visit is pulled to another time, paper works."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Visitor
from tests.browser.driver import open_page
from tests.browser.journey import expect_heading
from tests.browser.paper import sheets
from tests.browser.shop import MANAGER, STAFF, Shop, call, sign_in

pytestmark = pytest.mark.browser

LAPTOP, TABLET = 1280, 820
QUARTER = timedelta(minutes=15)
A4_POINTS = (595, 842)
PRINTERS_EDGE_POINTS = 12  # 4 mm, which no printer reaches
MINUTE_MS = 60_000
INK_MOST = 0.15  # of a sheet


def test_what_others_do_is_seen_without_reloading_and_nothing_in_hand_is_lost(visitor: Visitor, shop: Shop) -> None:
    mine = shop.book("Mona Test", shop.slot_from_now(75))
    page = sign_in(visitor(width=LAPTOP), STAFF, shop.path("day"))
    page.evaluate("window.isSamePage = true")
    row = page.locator(f"#visit-{mine}")
    name = row.get_by_role("link", name="Mona Test", exact=True)
    name.focus()
    page.keyboard.press("Enter")
    expect(row.get_by_role("link", name="Cancel the visit")).to_be_visible()
    stood = row.bounding_box()

    theirs = shop.book("Nils Test", shop.slot_from_now(60))

    expect(page.locator(f"#visit-{theirs}")).to_be_visible()
    assert page.evaluate("window.isSamePage")
    expect(name).to_have_attribute("aria-expanded", "true")
    expect(row.get_by_role("link", name="Cancel the visit")).to_be_visible()
    expect(name).to_be_focused()
    now_stands = row.bounding_box()
    assert stood
    assert now_stands
    assert abs(stood["y"] - now_stands["y"]) < 2

    call(shop.carillon, f"staff/bookings/{theirs}/check-in", {}, token=shop.token)

    expect(page.locator(f"#visit-{theirs}")).to_contain_text("Here")


def test_a_visit_opens_in_its_row_and_closes_again_by_keys_alone(visitor: Visitor, shop: Shop) -> None:
    reference = shop.book("Nora Test", shop.slot_from_now(75), phone="06 12 34 57 15")
    page = sign_in(visitor(width=LAPTOP), STAFF, shop.path("day"))
    row = page.locator(f"#visit-{reference}")
    name = row.get_by_role("link", name="Nora Test", exact=True)
    expect(name).to_have_attribute("aria-expanded", "false")
    name.press("Enter")
    expect(name).to_have_attribute("aria-expanded", "true")
    expect(row).to_contain_text(f"Reference {reference[:4]}-{reference[4:]}")
    assert barriers(page) == []

    cancel = row.get_by_role("link", name="Cancel the visit")
    cancel.focus()
    page.keyboard.press("Escape")

    expect(cancel).to_have_count(0)
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-expanded", "false")


def test_what_is_open_tells_what_is_true_by_now(visitor: Visitor, shop: Shop) -> None:
    reference = shop.book("Odile Test", shop.slot_from_now(75))
    page = sign_in(visitor(width=LAPTOP), STAFF, shop.path("day"))
    row = page.locator(f"#visit-{reference}")
    row.get_by_role("link", name="Odile Test", exact=True).press("Enter")
    row.get_by_role("link", name="Cancel the visit").focus()

    call(shop.carillon, f"staff/bookings/{reference}/check-in", {}, token=shop.token)

    expect(row.get_by_role("link", name="Cancel the visit")).to_have_count(0)
    expect(row.get_by_role("button", name="Undo")).to_be_visible()
    expect(row.get_by_role("link", name="Odile Test", exact=True)).to_be_focused()


@pytest.mark.parametrize("width", [LAPTOP, TABLET])
def test_without_scripts_a_visit_has_a_page_of_its_own(visitor: Visitor, shop: Shop, width: int) -> None:
    reference = shop.book(f"Petra-{width} Test", shop.slot_from_now(60))
    page = sign_in(visitor(width=width, has_javascript=False), STAFF, shop.path("day"))
    page.locator(f"#visit-{reference}").get_by_role("link", name=f"Petra-{width} Test", exact=True).click()

    expect_heading(page, f"Petra-{width} Test")
    expect(page.get_by_role("link", name="Move", exact=True)).to_be_visible()
    page.get_by_role("button", name="Arrived").click()

    expect(page.locator(f"#visit-{reference}")).to_contain_text("Here")
    page.locator(f"#visit-{reference}").get_by_role("button", name="Undo").click()
    expect(page.locator(f"#visit-{reference}")).to_contain_text("Booked")


def test_a_page_out_of_sight_asks_for_nothing(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=LAPTOP)
    page.clock.install()
    sign_in(page, STAFF, shop.path("day"))
    with page.expect_response("**/day/"):
        page.clock.run_for(MINUTE_MS)

    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(MINUTE_MS)
    page.wait_for_load_state("networkidle")

    assert asked == []


@pytest.mark.parametrize("width", [LAPTOP, TABLET])
def test_a_visit_is_pulled_to_another_time_and_asked_about_before_it_moves(
    visitor: Visitor, shop: Shop, width: int
) -> None:
    was, to = shop.slot_from_now(90), shop.slot_from_now(120)
    reference = shop.book(f"Olga-{width} Test", was, phone="06 12 34 57 09")
    page = sign_in(visitor(width=width), STAFF, f"{shop.path('day')}?date={was.date()}&open=all")

    pull(page, reference, to.isoformat())

    expect_heading(page, "Move this visit?")
    expect(page.locator("main")).to_contain_text("The customer is told by text message.")
    assert barriers(page) == []
    page.get_by_role("button", name="Move the visit").click()
    row = page.locator(f"tr:has(#visit-{reference})")
    expect(row.locator("th")).to_have_text(f"{to:%H:%M}")
    expect(page.locator(f"#visit-{reference}")).to_contain_text("Just moved here")


@pytest.mark.parametrize("width", [LAPTOP, TABLET])
def test_where_a_visit_cannot_go_is_seen_and_told_from_the_start_of_the_pull(
    visitor: Visitor, shop: Shop, width: int
) -> None:
    was, full = shop.slot_from_now(150), shop.slot_from_now(180)
    reference = shop.book(f"Rita-{width} Test", was)
    taken = shop.book(f"Sven-{width} Test", full, party_size=4)
    page = sign_in(visitor(width=width), STAFF, f"{shop.path('day')}?date={was.date()}&open=all")
    impossible = page.locator("#board .is-impossible")
    cell = page.locator(f"#board [data-starts='{full.isoformat()}']")
    page.evaluate("window.led = []; navigation.addEventListener('navigate', (to) => led.push(to.destination.url))")

    with held(page, reference, full.isoformat()):
        expect(cell).to_have_class(re.compile("is-impossible"))
        expect(cell).to_have_class(re.compile("is-aim"))
        why = page.locator(".drag-ghost").get_attribute("data-why")
        own = page.locator(f"#board [data-starts='{was.isoformat()}']")
        expect(own).not_to_have_class(re.compile("is-impossible"))
        expect(page.locator(f"#board [data-starts='{(was + QUARTER).isoformat()}']")).not_to_have_class(
            re.compile("is-impossible")
        )

    assert why == "0 places are free at this time, 1 is needed."
    expect(impossible).to_have_count(0)
    expect(page.locator("body")).not_to_have_class(re.compile("is-dragging|is-over-impossible"))
    assert page.evaluate("led") == []  # to let go there leads nowhere
    call(shop.carillon, f"staff/bookings/{taken}/cancel", {}, token=shop.token)


def test_times_that_cannot_be_had_are_told_to_keyboards(visitor: Visitor, shop: Shop) -> None:
    was, full = shop.slot_from_now(150), shop.slot_from_now(195)
    reference = shop.book("Tove Test", was)
    taken = shop.book("Udo Test", full, party_size=4)
    page = sign_in(visitor(width=LAPTOP), STAFF, f"{shop.path('day')}?date={was.date()}&open=all")
    page.locator(f"#visit-{reference} .grip").press("Enter")
    if full.date() != was.date():
        open_page(page, f"{page.url}?date={full.date()}")

    page.locator("summary", has_text="Times that cannot be had, and why").press("Enter")

    told = page.locator(".impossible dl")
    expect(told).to_contain_text("0 places are free at this time, 1 is needed.")
    expect(told).to_contain_text(f"{full:%H:%M}")
    assert barriers(page) == []
    call(shop.carillon, f"staff/bookings/{taken}/cancel", {}, token=shop.token)


def test_the_grip_is_a_link_for_keyboards(visitor: Visitor, shop: Shop) -> None:
    reference = shop.book("Paul Test", shop.slot_from_now(90))
    page = sign_in(visitor(width=LAPTOP), STAFF, shop.path("day"))
    page.locator(f"#visit-{reference} .grip").focus()
    page.keyboard.press("Enter")

    expect_heading(page, "When will they come instead?")


def test_a_callers_visits_stand_beside_the_form_while_the_number_is_typed(visitor: Visitor, shop: Shop) -> None:
    shop.book("Rosa Test", shop.slot_from_now(90), phone="06 12 34 57 13")
    page = sign_in(visitor(width=TABLET), STAFF, shop.path("day", "book"))

    page.get_by_label("Phone number").press_sequentially("06 12 34 57 13")

    expect(page.locator("#caller-visits")).to_contain_text("Rosa Test · 1 visit at this store")
    expect(page.get_by_label("Phone number")).to_be_focused()
    assert barriers(page) == []


def test_the_printed_day_is_whole_a4_sheets_with_all_that_paper_needs(visitor: Visitor, shop: Shop) -> None:
    reference = shop.book("Quirin Test", shop.slot_from_now(105), phone="06 12 34 57 11")
    page = sign_in(visitor(width=LAPTOP), MANAGER, shop.path("day"))

    printed = sheets(page.pdf(prefer_css_page_size=True))
    page.emulate_media(media="print", color_scheme="dark")

    assert {sheet.size for sheet in printed} == {A4_POINTS}
    for sheet in printed:  # nothing is cut off by the edge of the paper, and no color fills it
        assert min(sheet.margins) > PRINTERS_EDGE_POINTS
        assert sheet.ink < INK_MOST
    text = "".join(sheet.text for sheet in printed)
    for needed in ("Quirin Test", "06 12 34 57 11", reference, "Without a booking"):
        assert needed in text
    assert "Move" not in text
    row = page.locator(f"#visit-{reference}")
    for needed in ("Quirin Test", "06 12 34 57 11", "1 person", reference):
        expect(row.get_by_text(needed).first).to_be_visible()
    expect(page.get_by_role("heading", name="Without a booking")).to_be_visible()
    for unprinted in (".grip", ".day-nav", ".day-actions", ".top", ".foot"):
        expect(page.locator(unprinted).first).to_be_hidden()
    expect(page.locator(".print-only").first).to_contain_text("printed")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def pull(page: Page, reference: str, to: str) -> None:
    """Take a visit by its grip and let it go over a time, as a hand does."""
    with held(page, reference, to):
        expect(page.locator(f"#board [data-starts='{to}']").first).to_have_class(re.compile("is-aim"))


@contextmanager
def held(page: Page, reference: str, over: str) -> Iterator[None]:
    """Take a visit by its grip and hold it over a time; let it go afterwards."""
    grip, aim = page.locator(f"#visit-{reference} .grip"), page.locator(f"#board [data-starts='{over}']").first
    grip.scroll_into_view_if_needed()
    page.evaluate("([one, other]) => scrollTo(0, (one + other) / 2 - innerHeight / 2)", [top(grip), top(aim)])
    start, end = grip.bounding_box(), aim.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 10, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(start["x"] + 30, start["y"] + 30, steps=4)
    page.mouse.move(end["x"] + 40, end["y"] + 15, steps=8)
    yield
    page.mouse.up()


def top(locator: Locator) -> float:
    """Return where something stands on the page."""
    return float(locator.evaluate("one => one.getBoundingClientRect().top + scrollY"))
