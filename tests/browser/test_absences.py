"""An absence by its whole form: asked for, each visit decided about, and told afterwards who is to be phoned.

It has a store of its own: another desk would be seen on all pages of the shared one.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Visitor
from tests.browser.driver import open_page
from tests.browser.shop import FEATURE, MANAGER, Shop, call, sign_in

pytestmark = pytest.mark.browser

AHEAD = timedelta(days=5)
CUSTOMERS = (
    ("Ada Test", {"phone": "+33612340001"}),
    ("Bea Test", {"phone": "+33549240002"}),  # no text reaches a landline
    ("Cem Test", {"phone": "+33612340003"}),
    ("Dan Test", {"phone": "+33612340004"}),
)


@dataclass(frozen=True)
class Advisers:
    """A store with two desks, four visits at the first of them at noon of one day, and the second one free."""

    slug: str
    day: date

    def path(self, *parts: str) -> str:
        return "/".join(("/staff", self.slug, *parts, ""))


def open_advisers(shop: Shop, name: str) -> Advisers:
    """Bring the store in, book at its only desk, and let a second one come."""
    carillon, slug = shop.carillon, f"{name.lower().replace(' ', '-')}-niort"
    feature = {**FEATURE, "id": f"node/{name}", "properties": {**FEATURE["properties"], "name": name}}
    stores = carillon.folder / f"{slug}.geojson"
    stores.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    carillon.manage("import_stores", str(stores), "--capacity", "4", "--time-zone", shop.zone.key)
    carillon.manage("add_staff", slug, MANAGER, "--role", "manager", text="unused password\n")
    day = shop.today + AHEAD
    for customer, contact in CUSTOMERS:
        visit = {
            "store": slug,
            "visit_type": "visit",
            "starts_at": shop.at_noon(day).isoformat(),
            "party_size": 1,
            "customer": {"name": customer, **contact},
            "source": "phone",
        }
        call(carillon, f"staff/stores/{slug}/bookings", visit, token=shop.token)
    carillon.execute(
        "INSERT INTO stores_desk (store_id, slug, name, capacity, kept_back, position, is_active, languages)"
        f" SELECT id, 'nora', 'Nora', 4, 0, 1, TRUE, '' FROM stores_store WHERE slug = '{slug}'"
    )
    carillon.execute(
        f"UPDATE stores_store SET hours_version = hours_version + 1, steps_done = '[\"end\"]' WHERE slug = '{slug}'"
    )
    return Advisers(slug, day)


def ask(page: Page, advisers: Advisers) -> None:
    """Fill the whole form: every week on that weekday, for four weeks, around noon."""
    page.get_by_label("Every week").check()
    page.get_by_label(f"{advisers.day:%A}").check()
    page.get_by_label("First day").fill((advisers.day - timedelta(days=1)).isoformat())
    page.get_by_label("Last day").fill((advisers.day + timedelta(days=27)).isoformat())
    page.get_by_label("From what time on?").fill("11:00")
    page.get_by_label("Until what time?").fill("13:00")
    page.get_by_role("button", name="Save", exact=True).click()


def expect_no_barriers(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert barriers(page) == []


@pytest.mark.parametrize(("name", "width"), [("Narrow Advisers", 390), ("Wide Advisers", 1280)])
def test_absence_is_asked_for_decided_about_for_each_visit_and_told_afterwards(
    visitor: Visitor, shop: Shop, name: str, width: int
) -> None:
    advisers = open_advisers(shop, name)
    page = sign_in(visitor(width=width), MANAGER, advisers.path("setup", "absences"))
    page.get_by_role("link", name="Other days").first.click()
    expect(page.get_by_label("Which one of the month?")).to_be_hidden()
    expect_no_barriers(page, width)

    ask(page, advisers)

    rows = page.locator(".affected > li")
    expect(rows).to_have_count(len(CUSTOMERS))
    expect_no_barriers(page, width)
    page.get_by_label("For Ada Test").select_option(label="Nora, at the same time")
    page.get_by_label("For Bea Test").select_option(label="is cancelled, gets a message")
    page.get_by_label("For Cem Test").select_option(label="three other times by message")
    page.get_by_label("They stay, and each customer gets a message about the change").check()
    page.get_by_role("button", name="Make the change").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Who is away?")
    expect(page.locator("main")).to_contain_text("It is noted: nobody can book there meanwhile.")
    expect(page.locator("main")).to_contain_text("1 visit has somebody else now, at the same time.")
    expect(page.locator("main")).to_contain_text("2 customers were written to.")
    expect(page.locator("main")).to_contain_text("They may choose another time until")
    expect(page.locator(".to-phone")).to_contain_text("Bea Test")
    expect(page.locator(".to-phone > li")).to_have_count(1)
    expect_no_barriers(page, width)
    page.get_by_role("button", name="Phoned Bea Test").click()
    expect(page.locator(".to-phone")).to_have_count(0)

    open_page(page, f"{advisers.path('day')}?date={advisers.day}")
    expect(page.locator(".away")).to_contain_text("is away: every week on")
    expect(page.locator("#board")).to_contain_text("Nora")


def test_absence_is_noted_without_a_script_and_by_the_keyboard(visitor: Visitor, shop: Shop) -> None:
    advisers = open_advisers(shop, "Plain Advisers")
    page = sign_in(visitor(width=390, has_javascript=False), MANAGER, advisers.path("setup", "absences"))
    page.get_by_role("link", name="Other days").first.press("Enter")
    ask(page, advisers)
    first = page.get_by_label("Somebody else serves them at the same time")
    first.focus()
    first.press("Space")
    page.get_by_role("button", name="Make the change").press("Enter")

    expect(page.locator("main")).to_contain_text("4 visits have somebody else now, at the same time.")
    expect(page.locator("main")).to_contain_text("Nobody needed to be told.")
    expect(page.locator("main")).to_contain_text(f"every week on {datetime.fromisoformat(str(advisers.day)):%A}")
