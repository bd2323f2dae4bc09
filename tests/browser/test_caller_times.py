"""The form for callers in a browser: the free times follow what is chosen, and what is booked is what it shows."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.shop import STAFF, Shop, sign_in

pytestmark = pytest.mark.browser

LAPTOP = 1280


def chosen_day(page: Page) -> str:
    return page.locator("[name=shown]").input_value()


def test_times_follow_the_day_the_kind_and_the_number(visitor: Visitor, shop: Shop) -> None:
    today, later = shop.slot_from_now(60), shop.slot_from_now(60 + 2 * 24 * 60)
    page = sign_in(visitor(width=LAPTOP), STAFF, f"{shop.path('day')}book/?date={today.date()}")
    expect(page.get_by_role("button", name="Show times")).to_be_hidden()

    page.get_by_label("Day").fill(str(later.date()))
    page.get_by_label("Day").blur()

    expect(page.locator("[name=shown]")).to_have_value(str(later.date()))
    values = page.locator("[name=starts_at]").evaluate_all("them => them.map(one => one.value.slice(0, 10))")
    assert set(values) == {str(later.date())}
    page.locator("[name=starts_at]").first.check()
    kept = page.locator("[name=starts_at]:checked").input_value()
    page.get_by_label("Note for the team").fill("Second floor")

    page.get_by_label("People").fill("2")
    page.get_by_label("People").blur()

    page.wait_for_function("!document.getElementById('id_times').hasAttribute('aria-busy')")
    expect(page.locator("[name=starts_at]:checked")).to_have_value(kept)
    expect(page.get_by_label("Note for the team")).to_have_value("Second floor")
    page.get_by_label("Name", exact=True).fill("Pia Test")
    page.get_by_role("button", name="Book the visit").click()
    expect(page).to_have_url(re.compile(f"date={later.date()}"))


def test_without_scripts_a_day_changed_shows_its_times_instead_of_booking(visitor: Visitor, shop: Shop) -> None:
    today, later = shop.slot_from_now(60), shop.slot_from_now(60 + 2 * 24 * 60)
    page = sign_in(visitor(width=LAPTOP, has_javascript=False), STAFF, f"{shop.path('day')}book/?date={today.date()}")
    page.get_by_label("Day").fill(str(later.date()))
    page.locator("[name=starts_at]").first.check()
    page.get_by_label("Name", exact=True).fill("Quin Test")

    page.get_by_role("button", name="Book the visit").click()

    expect(page.get_by_role("alert")).to_contain_text("The times shown before were of another day.")
    assert chosen_day(page) == str(later.date())
    expect(page.get_by_label("Name", exact=True)).to_have_value("Quin Test")
