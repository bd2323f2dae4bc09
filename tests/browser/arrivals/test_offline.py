"""The network cut by the browser's own switch: taps are kept, shown and sent, and each has one result."""

import json
import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.arrivals.conftest import Tablet, ready
from tests.browser.arrivals.counter import FIRST, Counter
from tests.browser.driver import open_page, read, reload
from tests.browser.shop import sign_in
from tests.chromium import PATIENCE_MS
from tests.servers import wait_until

pytestmark = pytest.mark.browser
QUARTER = timedelta(minutes=15)


def row(page: Page, reference: str) -> Locator:
    return page.locator(f"#visit-{reference}")


def tap(page: Page, reference: str, label: str) -> None:
    row(page, reference).get_by_role("button", name=re.compile(rf"^{label}\b")).first.click()


def test_door_goes_on_without_a_network(tablet: Tablet, counter: Counter) -> None:
    ada, bob = counter.book("Ada Test"), counter.book("Bob Test")
    page = tablet(FIRST)
    page.context.set_offline(True)

    tap(page, ada, "Arrived")
    tap(page, ada, "Start")
    tap(page, bob, "Arrived")
    tap(page, bob, "Undo")
    page.locator("#walk-in summary").click()
    page.locator("#walk-in").get_by_role("button", name="Visit", exact=True).click()

    expect(row(page, ada)).to_contain_text("Being served")
    expect(row(page, ada)).to_contain_text("not sent yet")
    expect(row(page, bob).get_by_role("button", name="Arrived")).to_be_visible()
    expect(page.locator("#line")).to_contain_text("5 taps not sent yet")
    expect(page.get_by_role("region", name="Waiting")).to_contain_text("Walk-in")
    assert set(counter.statuses().values()) == {"confirmed"}

    page.context.set_offline(False)
    expect(page.locator("#line")).to_be_hidden()
    expect(page.locator(".badge-waits")).to_have_count(0)
    assert sorted(counter.statuses().values()) == ["checked_in", "confirmed", "in_service"]
    assert counter.happened(ada) == ["checked_in", "started"]
    assert counter.happened(bob) == ["checked_in", "undone"]


def test_visit_that_should_move_says_so_until_they_are_here(tablet: Tablet, counter: Counter) -> None:
    ada, start = counter.book("Ada Test", slots=12, email="ada@example.org"), counter.start(12)
    answer = counter.carillon.call(
        "PATCH",
        f"/api/v1/staff/stores/{counter.slug}/slots",
        {"from": start.isoformat(), "to": (start + QUARTER).isoformat(), "closed": True, "then": "offer"},
        Authorization=f"Token {counter.token}",
    )
    assert answer.status == 200, answer.body
    page = tablet(FIRST)
    asked = row(page, ada).get_by_text("Was asked to choose another time")
    expect(asked).to_be_visible()

    page.context.set_offline(True)
    tap(page, ada, "Arrived")
    expect(asked).to_be_hidden()
    tap(page, ada, "Undo")
    expect(asked).to_be_visible()


FORGET_SCREEN = """async () => {
  const { shell } = document.querySelector("#app").dataset;
  for (const name of await caches.keys()) await (await caches.open(name)).delete(shell, { ignoreVary: true });
}"""
IS_KEPT_NOW = """async () => {
  const { shell } = document.querySelector("#app").dataset;
  return Boolean(await caches.match(shell, { ignoreVary: true }));
}"""


def test_screen_is_kept_anew_when_a_newer_worker_takes_over(tablet: Tablet) -> None:
    page = tablet(FIRST)
    page.evaluate(FORGET_SCREEN)  # as a newer one does with what the one before it kept
    assert not read(page, IS_KEPT_NOW)

    page.evaluate("navigator.serviceWorker.dispatchEvent(new Event('controllerchange'))")

    wait_until(lambda: read(page, IS_KEPT_NOW), seconds=PATIENCE_MS / 1000, what="the screen in the worker's cache")


def test_screen_opens_again_without_a_network(tablet: Tablet, counter: Counter) -> None:
    ada = counter.book("Ada Test", phone="06 12 34 56 01")
    page = tablet(FIRST)
    page.context.set_offline(True)
    tap(page, ada, "Arrived")
    expect(row(page, ada)).to_contain_text("not sent yet")

    reload(page)
    page.locator("#app[data-is-ready]").wait_for()

    expect(row(page, ada)).to_contain_text("Ada T.")
    expect(row(page, ada)).to_contain_text("not sent yet")
    assert "Ada Test" not in page.content()
    page.context.set_offline(False)
    expect(row(page, ada)).not_to_contain_text("not sent yet")
    counter.wait_for(ada, "checked_in")


def test_conflicts_are_shown_until_somebody_has_seen_them(tablet: Tablet, counter: Counter) -> None:
    gone, moved, here = (counter.book(name) for name in ("Gone Test", "Moved Test", "Here Test"))
    page = tablet(FIRST)
    page.context.set_offline(True)
    for reference in (gone, moved, here):
        tap(page, reference, "Arrived")
    assert counter.act(gone, "cancel") == 200
    assert counter.act(moved, "reschedule", starts_at=counter.start(4).isoformat()) == 200
    assert counter.act(here, "check-in") == 200

    page.context.set_offline(False)

    conflicts = page.get_by_role("alert", name="Please look at this")
    expect(conflicts.get_by_role("listitem")).to_have_count(2)
    expect(conflicts).to_contain_text("It is now: Cancelled.")
    expect(conflicts).to_contain_text("The visit was moved meanwhile.")
    expect(row(page, here)).to_contain_text("Here")  # as it was meant to be, so nobody has to look at it
    assert counter.statuses() == {gone: "cancelled", moved: "confirmed", here: "checked_in"}

    ready(_reloaded(page))
    expect(conflicts.get_by_role("listitem")).to_have_count(2)
    for _ in range(2):
        conflicts.get_by_role("button", name="I have seen it").first.click()
    expect(conflicts).to_be_hidden()
    ready(_reloaded(page))
    expect(conflicts).to_be_hidden()


def test_tap_is_seen_before_any_answer(tablet: Tablet, counter: Counter) -> None:
    ada = counter.book("Ada Test")
    page = tablet(FIRST)
    held: list[Route] = []
    page.route("**/arrivals/actions/", lambda route: held.append(route))

    tap(page, ada, "Arrived")

    expect(row(page, ada)).to_contain_text("Here")
    expect(row(page, ada)).to_contain_text("not sent yet")
    assert counter.statuses()[ada] == "confirmed"  # the server knows nothing of it so far
    for route in held:
        route.continue_()
    page.unroute("**/arrivals/actions/")
    expect(row(page, ada)).not_to_contain_text("not sent yet")


def test_tap_that_the_server_could_not_take_now_is_sent_again_and_keeps_nothing_back(
    tablet: Tablet, counter: Counter
) -> None:
    ada, bob = counter.book("Ada Test"), counter.book("Bob Test")
    page = tablet(FIRST)
    refused: list[str] = []

    def busy_for_ada(route: Route) -> None:
        sent = json.loads(route.request.post_data or "{}")["actions"]
        refused.extend(one["action_id"] for one in sent if one["reference"] == ada)
        results = [{"action_id": name, "result": "busy", "reason": "", "reference": ada} for name in refused]
        route.fulfill(json={"results": results}) if len(refused) else route.continue_()

    page.route("**/arrivals/actions/", busy_for_ada)
    tap(page, ada, "Arrived")
    expect(page.locator("#line")).to_have_text("1 tap not sent yet.")
    assert counter.act(bob, "check-in") == 200
    expect(row(page, bob)).to_contain_text("Here")  # the day is still asked for

    page.unroute("**/arrivals/actions/")
    counter.wait_for(ada, "checked_in")
    expect(page.locator("#line")).to_be_hidden()


def test_battery_that_dies_before_the_answer_harms_nothing(tablet: Tablet, counter: Counter) -> None:
    ada = counter.book("Ada Test")
    page = tablet(FIRST)
    context = page.context
    sent: list[int] = []

    def lose_the_answer(route: Route) -> None:
        sent.append(route.fetch().status)
        route.abort()

    page.route("**/arrivals/actions/", lose_the_answer)
    tap(page, ada, "Arrived")
    while not sent:
        page.wait_for_timeout(50)
    page.close(run_before_unload=False)
    assert counter.statuses() == {ada: "checked_in"}

    again = context.new_page()
    bodies: list[str] = []
    again.on("response", lambda answer: bodies.append(answer.url) if answer.url.endswith("/actions/") else None)
    open_page(again, counter.arrivals)
    ready(again)

    expect(again.locator(".badge-waits")).to_have_count(0)
    expect(again.locator("#line")).to_be_hidden()
    expect(row(again, ada)).to_contain_text("Here")
    expect(again.get_by_role("alert", name="Please look at this")).to_be_hidden()
    assert sent
    assert bodies
    assert counter.happened(ada) == ["checked_in"]


def test_signing_out_wipes_the_tablet(tablet: Tablet, counter: Counter) -> None:
    counter.book("Ada Test")
    page = tablet(FIRST)
    assert page.evaluate(KEPT) == [1, 0]

    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/staff/sign-in/")

    assert read(page, "async () => (await indexedDB.databases()).length") in (0, 1)
    assert read(page, KEPT) == [0, 0]
    assert read(page, "() => caches.keys()") == []


def test_session_that_ends_takes_the_names_and_leaves_the_taps(tablet: Tablet, counter: Counter) -> None:
    ada = counter.book("Ada Test")
    page = tablet(FIRST)
    page.context.set_offline(True)
    tap(page, ada, "Arrived")
    expect(row(page, ada)).to_contain_text("not sent yet")
    office = tablet(FIRST)
    open_page(office, "/staff/account/")
    office.get_by_role("button", name="End all but this one").click()
    office.get_by_role("button", name="End all but this one").wait_for(state="detached")

    page.context.set_offline(False)
    page.wait_for_url("**/staff/sign-in/**")
    assert read(page, KEPT) == [0, 1]

    sign_in(page, FIRST, counter.arrivals)
    ready(page)
    expect(row(page, ada)).to_contain_text("Here")
    expect(page.locator(".badge-waits")).to_have_count(0)
    assert counter.happened(ada) == ["checked_in"]


def test_lost_membership_wipes_the_tablet(tablet: Tablet, counter: Counter) -> None:
    counter.book("Ada Test")
    page = tablet(FIRST)
    counter.carillon.execute(
        "DELETE FROM stores_storemembership WHERE user_id = "
        f"(SELECT id FROM auth_user WHERE username = '{FIRST}') AND store_id = "
        f"(SELECT id FROM stores_store WHERE slug = '{counter.slug}')"
    )

    expect(page.locator("#app")).to_have_count(0)
    assert read(page, KEPT) == [0, 0]


def test_closing_time_wipes_the_tablet_and_keeps_what_was_tapped(tablet: Tablet, counter: Counter) -> None:
    ada = counter.book("Ada Test")
    page = tablet(FIRST)
    page.context.set_offline(True)
    tap(page, ada, "Arrived")
    expect(row(page, ada)).to_contain_text("not sent yet")

    page.clock.set_system_time(counter.start(4 * 48))  # two days later
    expect(page.locator("#line")).to_contain_text("1 tap not sent yet")
    expect(page.locator(".arrival")).to_have_count(0)
    assert page.evaluate(KEPT) == [0, 1]


KEPT = """async () => {
  const asked = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  const open = indexedDB.open("carillon-arrivals");
  const database = await asked(open);
  const counted = [];
  for (const name of ["day", "taps"]) {
    counted.push(database.objectStoreNames.contains(name)
      ? await asked(database.transaction(name).objectStore(name).count()) : 0);
  }
  database.close();
  return counted;
}"""


def _reloaded(page: Page) -> Page:
    reload(page)
    return page
