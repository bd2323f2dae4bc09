"""Every page and state of the product, one after the other: what is to hold on all of them is tested on each."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from playwright.sync_api import Page

from booking.demo import MANAGER as DEMO_MANAGER
from booking.demo import PASSWORD as DEMO_PASSWORD
from tests.browser.journey import Words, expect_heading, fill_details, follow, free_times, new_phone
from tests.browser.shop import SLUG, STAFF, Shop, sign_in

DEMO = "/staff/pharmacie-de-la-breche"
SETUP_PAGES = (
    "hours",
    "special-hours",
    "desks/new",
    "desks/main",
    "visit-types/new",
    "visit-types/advice",
    "desk-choice",
    "questions",
    "rules",
    "contact",
    "sharing",
    "protection",
    "notice",
    "feed",
    "members",
)


def customer_states(page: Page, shop: Shop, say: Words) -> Iterator[str]:
    """Walk from the first page to a visit's erasure; yield the name of each state."""
    for path, name in (
        ("/", "find"),
        ("/?q=niort", "found"),
        ("/?q=nowhere", "nothing found"),
        ("/?near=46.32,-0.46", "near"),
        ("/?near=nowhere", "position not read"),
        ("/?q=pharmcie+niotr", "found though mistyped"),
        ("/?q=niort&sort=near", "around a town"),
        ("/o/", "towns and chains"),
        ("/o/niort/", "a town with its map"),
        ("/nothing/", "404"),
        ("/b/00000000/", "not open"),
        ("/simple/b/00000000/", "not open, simple"),
        ("/my-visits/", "lost link"),
        ("/simple/my-visits/", "lost link, simple"),
        ("/my-visits/asked/", "lost link asked"),
        ("/s/pharmacie-de-la-breche/", "store with hours"),
        (f"/s/{SLUG}/", "store"),
        (f"/s/{SLUG}/book/", "choose the visit and the time"),
        (f"/s/{SLUG}/book/?visit_type=visit&party_size=99", "too many people"),
        (f"/s/{SLUG}/book/?visit_type=visit&from={shop.today + timedelta(days=2)}", "choose"),
    ):
        page.goto(path)
        yield name
    yield from _booking_states(page, shop, say)
    yield from _manage_states(page, say)


def _booking_states(page: Page, shop: Shop, say: Words) -> Iterator[str]:
    start = free_times(page).first.get_attribute("value") or ""
    follow(page, free_times(page).first)
    yield "details"
    follow(page, page.get_by_role("button", name=say("Continue")))
    yield "details with errors"
    fill_details(page, say, phone=new_phone(), email="ada@example.org")
    follow(page, page.get_by_role("button", name=say("Continue")))
    expect_heading(page, say("Is everything right?"))
    yield "check"
    shop.book("Bea Test", datetime.fromisoformat(start), party_size=4)
    follow(page, page.get_by_role("button", name=say("Book this visit")))
    yield "just taken"
    follow(page, page.locator(".nearest .slot").last)
    follow(page, page.get_by_role("button", name=say("Book this visit")))
    expect_heading(page, say("Your visit is booked"))
    yield "confirmed"


def _manage_states(page: Page, say: Words) -> Iterator[str]:
    follow(page, page.get_by_role("link", name=say("See, change or cancel")))
    manage = page.url
    yield "manage"
    simple = manage.replace("/b/", "/simple/b/")
    for path, name in (("", "manage"), ("cancel/", "cancel"), ("erase/", "erase"), ("change/", "change")):
        page.goto(simple + path)
        yield f"{name}, simple"
    page.goto(f"{manage}kept/")
    yield "kept"
    page.goto(f"{manage}details/")
    page.locator("[name=name]").fill("")
    follow(page, page.get_by_role("main").locator("form button"))
    yield "details with errors"
    page.goto(f"{manage}change/")
    yield "change"
    follow(page, free_times(page).last)
    yield "change, to be confirmed"
    follow(page, page.get_by_role("button", name=say("Move my visit")))
    yield "changed"
    page.goto(f"{manage}cancel/")
    yield "cancel"
    follow(page, page.get_by_role("button", name=say("Cancel my visit")))
    yield "cancelled"
    page.goto(f"{manage}erase/")
    yield "erase"
    follow(page, page.get_by_role("main").locator("form button"))
    yield "erased"


def counter_states(page: Page, shop: Shop) -> Iterator[str]:
    """Walk through what staff see all day; yield the name of each state."""
    page.goto("/staff/sign-in/")
    yield "sign in"
    follow(page, page.locator("main form .button").first)
    yield "sign in with errors"
    reference = shop.book("Cleo Test", shop.slot_from_now(45), phone="06 12 34 57 09", email="cleo@example.org")
    sign_in(page, STAFF, shop.path("arrivals"))
    yield "arrivals"
    page.goto(f"{shop.path('arrivals')}?q=cleo")
    yield "found"
    follow(page, page.locator(f"#visit-{reference} .arrival-main"))
    yield "checked in"
    page.goto(f"{shop.path('arrivals')}?q=nobody")
    yield "nobody found"
    page.goto(shop.path("arrivals"))
    page.locator("#walk-in > summary").click()
    yield "walk-in"
    page.locator("#walk-in [name=name]").fill("...")
    follow(page, page.locator("#walk-in button").first)
    yield "walk-in with errors"
    later = shop.book("Dora Test", shop.slot_from_now(120))
    for path, name in (
        ("day/", "day"),
        ("day/?date=nonsense", "unknown day"),
        ("day/book/", "book for a caller"),
        (f"visits/{later}/move/", "move"),
        (f"visits/{later}/cancel/", "cancel"),
        ("setup/", "not for staff"),
    ):
        page.goto(shop.path() + path)
        yield name


def manager_states(page: Page, shop: Shop) -> Iterator[str]:
    """Walk through what a manager sees besides, at the demo's store; yield the name of each state."""
    page.goto("/staff/sign-in/")
    page.locator("[name=username]").fill(DEMO_MANAGER)
    page.locator("[name=password]").fill(DEMO_PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/staff/")
    yield "home"
    today = shop.today
    sunday = today + timedelta(days=(6 - today.weekday()) % 7)
    busy = today + timedelta(days=3 if today.weekday() < 3 or today.weekday() == 6 else 4)
    for path, name in (
        ("day/", "day"),
        (f"day/?date={today - timedelta(days=6)}", "day that is over"),
        (f"day/?date={sunday}", "day closed"),
        (f"day/slots/?date={busy}", "close times"),
        ("setup/", "set-up"),
        *((f"setup/{part}/", f"set-up {part}") for part in SETUP_PAGES),
    ):
        page.goto(f"{DEMO}/{path}")
        yield name
    yield from _setup_states(page)


def _setup_states(page: Page) -> Iterator[str]:
    page.goto(f"{DEMO}/setup/visit-types/new/")
    follow(page, page.locator("main form .button").first)
    yield "set-up with errors"
    page.goto(f"{DEMO}/setup/hours/")
    page.locator("[name=day_0]").fill("when I like")
    follow(page, page.locator("main form .button").first)
    yield "hours with errors"
    page.goto(f"{DEMO}/setup/feed/")
    follow(page, page.locator("main form .button").first)
    yield "feed made"
    page.goto("/api/v1/docs")
    yield "description of the API"
