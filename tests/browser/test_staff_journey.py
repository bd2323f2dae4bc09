"""A day at the counter, on the tablet that stands there: arrivals, walk-ins, and what a manager changes."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Visitor
from tests.browser.driver import open_page
from tests.browser.journey import expect_heading, link_to
from tests.browser.shop import MANAGER, PASSWORD, SLUG, STAFF, Shop, sign_in

pytestmark = pytest.mark.browser

TABLET = 820


def test_signing_in_with_a_wrong_password_says_so_and_then_leads_to_the_day(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=TABLET)
    open_page(page, shop.path("day"))
    expect_heading(page, "Who is signing in?")
    page.get_by_label("User name").fill(STAFF)
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("User name")).to_have_value(STAFF)
    expect(page.get_by_label("Password")).to_have_value("")

    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect_heading(page, "Who is coming today")
    assert page.url.endswith(shop.path("day"))


def test_day_schedule_checks_somebody_in_where_they_stand(visitor: Visitor, shop: Shop) -> None:
    reference = shop.book("Dora Test", shop.slot_from_now(45), phone="06 12 34 57 01")
    page = sign_in(visitor(width=TABLET), STAFF, shop.path("day"))
    visit = page.locator(f"#visit-{reference}")
    expect(visit).to_contain_text("06 12 34 57 01")
    button(visit, "Arrived").click()
    assert page.url.endswith(f"#visit-{reference}")
    expect(visit).to_be_in_viewport()
    expect(visit).to_contain_text("Here")
    button(visit, "Undo").click()
    expect(visit).to_contain_text("Booked")


@pytest.mark.parametrize(
    ("language", "has_javascript", "shown", "arrived", "here", "undo"),
    [("en", True, "T.", "Arrived", "Here", "Undo"), ("fr", False, "Test", "Arrivée", "Sur place", "Défaire")],
    ids=["en", "fr-plain"],
)
def test_arrivals_find_by_typing_then_check_in_then_undo(
    visitor: Visitor, shop: Shop, language: str, has_javascript: bool, shown: str, arrived: str, here: str, undo: str
) -> None:
    name = f"Éloïse-{language} Test"
    reference = shop.book(name, shop.slot_from_now(30))
    page = sign_in(
        visitor(width=TABLET, language=language, has_javascript=has_javascript), STAFF, shop.path("arrivals")
    )
    expect(page.locator("#scan")).to_be_visible(visible=has_javascript)
    page.get_by_role("searchbox").fill(f"eloise-{language}")
    page.get_by_role("searchbox").press("Enter")
    rows = page.locator(".arrival")
    expect(rows).to_have_count(1)
    visit = page.locator(f"#visit-{reference}")
    expect(visit).to_contain_text(f"Éloïse-{language} {shown}")  # a tablet keeps no family name

    button(visit, arrived).click()
    expect(visit.get_by_role("status")).to_contain_text(here)
    expect(visit).to_be_in_viewport()
    button(visit, undo).click()
    expect(button(visit, arrived)).to_be_visible()
    expect(page.get_by_role("searchbox")).to_have_value(f"eloise-{language}")


def test_arrivals_keep_a_row_in_its_place_while_it_is_served(visitor: Visitor, shop: Shop) -> None:
    reference = shop.book("Gaston Test", shop.slot_from_now(60))
    page = visitor(width=TABLET)
    page.clock.install()
    sign_in(page, STAFF, shop.path("arrivals"))
    visit = page.locator(f"#visit-{reference}")
    expect(button(visit, "Arrived")).to_be_visible()
    page.clock.pause_at(
        datetime.fromtimestamp(float(page.evaluate("Date.now()")) / 1000 + 1, UTC)
    )  # ten seconds' place
    for step, state in (("Arrived", "Here"), ("Start", "Being served"), ("Done", "Done")):
        button(visit, step).click()
        expect(visit.get_by_role("status")).to_contain_text(state)
        expect(page.get_by_role("region", name="Expected now").locator(f"#visit-{reference}")).to_be_visible()
    open_page(page, shop.path("arrivals"))
    expect(visit).not_to_be_visible()
    page.get_by_role("heading", name="Finished").click()
    expect(visit).to_be_visible()


def test_arrivals_show_without_a_tap_what_was_done_elsewhere(visitor: Visitor, shop: Shop) -> None:
    reference = shop.book("Hana Test", shop.slot_from_now(75))
    counter = sign_in(visitor(width=TABLET), STAFF, shop.path("arrivals"))
    office = sign_in(visitor(), MANAGER, shop.path("day"))
    button(office.locator(f"#visit-{reference}"), "Arrived").click()
    expect(counter.get_by_role("region", name="Waiting")).to_contain_text("Hana T.")


def test_special_hours_ask_about_the_visits_they_leave_without_a_place(visitor: Visitor, shop: Shop) -> None:
    noon = (datetime.now(shop.zone) + timedelta(days=5)).replace(hour=12, minute=0, second=0, microsecond=0)
    reference = shop.book("Karim Test", noon, phone="06 12 34 57 02", locale="fr")
    page = sign_in(visitor(width=TABLET), MANAGER, shop.path("setup"))
    page.get_by_role("link", name="Add or remove days").click()
    page.get_by_label("First day").fill(noon.date().isoformat())
    page.get_by_label("Closed all day").check()
    page.get_by_role("button", name="Save").click()

    expect_heading(page, "Who is affected")
    expect(page.get_by_role("main")).to_contain_text("Karim Test")
    assert barriers(page) == []
    page.get_by_role("button", name="Make the change").click()
    expect(page.get_by_role("alert")).to_be_focused()  # nothing is chosen for them
    page.get_by_label("They are cancelled, and each customer gets a message").check()
    page.get_by_role("button", name="Make the change").click()
    expect(page.locator("#special-hours")).to_contain_text(f"{noon:%A} {noon.day}")

    link_to(shop.carillon, reference, "cancellation")
    open_page(page, f"{shop.path('day')}?date={noon.date().isoformat()}")
    expect(page.get_by_role("region", name="Cancelled")).to_contain_text("Karim Test")
    customer = visitor(width=390)
    open_page(customer, f"/s/{SLUG}/book/?visit_type=visit&from={noon.date().isoformat()}")
    expect(customer.locator(".day", has_text=f"{noon:%A} {noon.day}")).to_contain_text("Closed")


def test_staff_cannot_open_the_set_up(visitor: Visitor, shop: Shop) -> None:
    page = sign_in(visitor(width=TABLET), STAFF, shop.path("day"))
    expect(page.get_by_role("navigation", name="Screens").get_by_role("link")).to_have_text(["Day", "Arrivals", "Line"])
    answer = open_page(page, shop.path("setup"))
    assert answer is not None
    assert answer.status == 403
    expect(page.get_by_role("heading", name="What would you like to change?")).to_have_count(0)


def test_other_stores_are_unknown_to_staff(visitor: Visitor, shop: Shop) -> None:
    page = sign_in(visitor(width=TABLET), MANAGER, shop.path("day"))
    answer = open_page(page, "/staff/pharmacie-de-la-breche/day/")
    assert answer is not None
    assert answer.status == 404


def button(visit: Locator, label: str) -> Locator:
    """Return a button of a visit's row; who it is about follows for those who only hear it."""
    return visit.get_by_role("button", name=re.compile(rf"^{label}\b"))
