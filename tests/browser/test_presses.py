"""How many presses the everyday work of a store takes, from the page on which one is after signing in.

Typing is not counted. None may grow: a page that needs one press more must save it elsewhere.
"""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visitor
from tests.browser.driver import reload
from tests.browser.shop import MANAGER, STAFF, Shop, sign_in

pytestmark = pytest.mark.browser

LAPTOP = 1280


class Hand:
    """A hand on the mouse, which counts what it presses."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = 0

    def press(self, thing: Locator) -> None:
        thing.click()
        self.presses += 1

    def enter(self, field: Locator, text: str) -> None:
        """Type a text and end it with Enter, which is a press."""
        field.fill(text)
        field.press("Enter")
        self.presses += 1

    def button(self, name: str) -> None:
        self.press(self.page.get_by_role("main").get_by_role("button", name=re.compile(rf"^{name}\b")).first)

    def link(self, name: str) -> None:
        self.press(self.page.get_by_role("link", name=re.compile(rf"^{name}\b")).first)


def see_who_comes_next(hand: Hand, shop: Shop) -> None:
    shop.book("Ugo Test", shop.slot_from_now(30))
    hand.link("Arrivals")
    expect(hand.page.get_by_role("region", name="Expected now")).to_contain_text("Ugo")


def find_visit_of_unknown_day(hand: Hand, shop: Shop) -> None:
    shop.book("Yvette Test", shop.at_noon(shop.today + timedelta(days=3)))
    hand.enter(hand.page.get_by_role("searchbox").first, "yvette")
    hand.link("Yvette Test")
    expect(hand.page.get_by_role("heading", level=1)).to_contain_text("Yvette Test")


def check_in_who_is_seen(hand: Hand, shop: Shop) -> None:
    reference = shop.book("Zoe Test", shop.slot_from_now(45))
    reload(hand.page)
    visit = hand.page.locator(f"#visit-{reference}")
    hand.press(visit.get_by_role("button", name=re.compile(r"^Arrived\b")))
    expect(visit).to_contain_text("Here")


def book_for_caller(hand: Hand, shop: Shop) -> None:
    hand.link("Book for a caller")
    hand.page.get_by_label("Name", exact=True).fill("Quin Test")
    hand.press(hand.page.locator("[name=starts_at]").last)
    hand.button("Book the visit")
    hand.page.wait_for_url("**/day/**")
    expect(hand.page.get_by_role("main")).to_contain_text("Quin Test")


def print_the_day(hand: Hand, shop: Shop) -> None:
    hand.page.evaluate("window.print = () => { document.body.dataset.printed = 'yes' }")
    hand.button("Print")
    expect(hand.page.locator("body")).to_have_attribute("data-printed", "yes")


def close_two_weeks(hand: Hand, shop: Shop) -> None:
    first = shop.today + timedelta(days=320)
    hand.link("Set-up")
    hand.link("Add or remove days")
    hand.page.get_by_label("First day").fill(first.isoformat())
    hand.page.get_by_label("Last day").fill((first + timedelta(days=13)).isoformat())
    hand.page.get_by_role("button", name="Save", exact=True).click()
    hand.presses += 1
    expect(hand.page.locator("#special-hours")).to_contain_text("Saved.")
    hand.page.get_by_role("button", name="Put back").first.click()  # for the other tests of the store


def close_all_holidays(hand: Hand, shop: Shop) -> None:
    hand.link("Set-up")
    hand.link("Add or remove days")
    hand.button("Close on the ticked days")
    expect(hand.page.locator("#special-hours")).to_contain_text("Saved.")
    hand.page.get_by_role("button", name="Put back").first.click()


def send_adviser_home(hand: Hand, shop: Shop) -> None:
    shop.book("Vera Test", shop.slot_from_now(60))
    hand.link("Somebody is away")
    hand.button("Away today from now")
    expect(hand.page.locator(".affected")).to_contain_text("Vera Test")
    hand.press(hand.page.get_by_label("They stay, and nobody is told"))
    hand.button("Make the change")
    expect(hand.page.locator(".away")).to_contain_text("is away")
    hand.page.locator(".away").get_by_role("button").first.click()  # for the other tests of the store


TASKS: tuple[tuple[Callable[[Hand, Shop], None], str, int], ...] = (
    (see_who_comes_next, STAFF, 1),
    (check_in_who_is_seen, STAFF, 1),
    (find_visit_of_unknown_day, STAFF, 2),
    (book_for_caller, STAFF, 3),
    (print_the_day, STAFF, 1),
    (close_two_weeks, MANAGER, 3),
    (close_all_holidays, MANAGER, 3),
    (send_adviser_home, MANAGER, 4),
)


@pytest.mark.parametrize(("task", "username", "most"), TASKS, ids=[task.__name__ for task, _, _ in TASKS])
def test_task_takes_no_more_presses_than_these(
    visitor: Visitor, shop: Shop, task: Callable[[Hand, Shop], None], username: str, most: int
) -> None:
    hand = Hand(sign_in(visitor(width=LAPTOP), username, shop.path("day")))

    task(hand, shop)

    assert hand.presses <= most
