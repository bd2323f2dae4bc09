"""A whole day of 120 arrivals: two tablets and a desk act on the same people, the line of each cut for a part of it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.arrivals.conftest import Tablet
from tests.browser.arrivals.counter import FIRST, SECOND, Counter
from tests.browser.driver import read, reload

pytestmark = pytest.mark.browser
PEOPLE = 120
# Taps the large button of rows as a finger does, one after the other.
TAP_ALL = """([references]) => {
  for (const reference of references) document.querySelector(`#visit-${reference} [data-is-main]`)?.click();
}"""
SHOWN = """() => Object.fromEntries([...document.querySelectorAll(".arrival")].map((row) => [
  row.id.slice(6), [...row.classList].find((name) => /^arrival-/.test(name)).slice(8)]))"""


def tap_all(page: Page, references: list[str]) -> None:
    page.evaluate(TAP_ALL, [references])


def test_a_hundred_and_twenty_people_arrive_once_each(tablet: Tablet, counter: Counter) -> None:
    people = [counter.book(f"Person{number} Test", slots=1 + number // 40) for number in range(PEOPLE)]
    first, second = tablet(FIRST), tablet(SECOND)

    # Both lines are gone: both take in the same forty, as the desk does with ten of them.
    first.context.set_offline(True)
    second.context.set_offline(True)
    tap_all(first, people[:80])
    tap_all(second, people[40:])
    for reference in people[40:50]:
        assert counter.act(reference, "check-in") == 200
    for reference in people[:5]:
        assert counter.act(reference, "cancel") == 200
    expect(first.locator("#line")).to_contain_text("80 taps not sent yet")
    first.context.set_offline(False)
    second.context.set_offline(False)
    for page in (first, second):
        expect(page.locator("#line")).to_be_hidden()

    # 40 were tapped on both, 10 by the desk as well: all wanted the same, so only the cancelled ones are shown.
    conflicts = [page.locator(".conflict").count() for page in (first, second)]
    assert sum(conflicts) == 5
    for page in (first, second):
        page.evaluate("() => document.querySelectorAll('[data-dismiss]').forEach((seen) => seen.click())")

    # On with the day: service begins on the one, ends on the other, with the line cut in between.
    tap_all(first, people[5:60])
    second.context.set_offline(True)
    tap_all(second, people[60:])
    expect(first.locator("#line")).to_be_hidden()
    second.context.set_offline(False)
    expect(second.locator("#line")).to_be_hidden()

    books = counter.statuses()
    assert books == {reference: "cancelled" if reference in people[:5] else "in_service" for reference in people}
    assert all(len(counter.happened(reference)) == 2 for reference in people[50:])
    for page in (first, second):
        reload(page)
        page.locator("#app[data-is-ready]").wait_for()
        expect(page.get_by_role("region", name="Being served").locator(".count")).to_have_text(str(PEOPLE - 5))
        assert read(page, SHOWN) == books
