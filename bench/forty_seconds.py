"""What a booking costs a customer with a phone of the middle class on a slow line: the table of docs/performance.md.

    .venv/bin/python -m bench.forty_seconds [--json]

Starts Carillon with the demo and books in Chromium: once by the whole way from the list of stores, once from a store's
own link by its next time. Prints each measure beside its goal; ends with status 1 where one is missed.
Times are of this machine, slowed down; all other measures are the same everywhere.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from playwright.sync_api import Browser, Page, sync_playwright

from bench.keystrokes import SLOWNESS, Way
from bench.phone import HEIGHT, HEIGHT_WITH_BARS, WIDTH, Phone, count_in_sight, is_in_sight, slow_phone, top
from tests import servers
from tests.browser.barriers import barriers
from tests.chromium import ARGUMENTS, MISSING, find_chromium

STORE = "pharmacie-de-la-breche"
NEXT_TIME = "form[action$='/book/hold/'] button[name=starts_at] >> nth=0"
TIMES = "#times .slot"
OTHER_DAY = "#times .days a:not([aria-current]) >> nth=0"
BOOK = "#details .actions button >> nth=0"
NAME, PHONE = "Ada Test", "06123457{:02d}"
NARROW = ((320, 1), (WIDTH // 2, 1), (WIDTH, 2))  # width in CSS pixels, size of letters
MOST_KEYS = 60


@dataclass(frozen=True)
class Measure:
    """A figure with its goal; `is_least` where more is better."""

    name: str
    value: float
    goal: float
    unit: str = ""
    is_least: bool = False

    @property
    def is_reached(self) -> bool:
        return self.value >= self.goal if self.is_least else self.value <= self.goal

    def __str__(self) -> str:
        value, goal = (f"{number:.1f}".removesuffix(".0") for number in (self.value, self.goal))
        sign = "≥" if self.is_least else "≤"
        return f"{self.name:58} {value:>8} {self.unit:4} {sign} {goal:<6} {'' if self.is_reached else 'missed'}"


def measure(browser: Browser, home: str) -> Iterator[Measure]:
    """Book by both ways and look at the pages; yield each measure."""
    with slow_phone(browser) as phone:
        walk_from_list(phone, home)
        show_steps("from the list of stores", phone)
        yield Measure("machine time, from the list of stores, nothing kept", phone.seconds, 5, "s")
        yield Measure("bytes of the whole way", phone.size / 1000, 45, "kB")
    with slow_phone(browser) as phone:
        way = walk_from_link(phone, home)
        show_steps(f"from the store's link ({phone.requests} requests)", phone)
        yield Measure("machine time, from the store's link", phone.seconds, 3.5, "s")
        yield Measure("taps, from the store's link", way.taps, 2)
        yield Measure("fields", way.fields, 2)
        yield Measure("pages", way.pages, 3)
        yield Measure("predicted human time", way.seconds(phone.seconds), 25, "s")
        yield Measure("the same of a slow person", way.seconds(phone.seconds, slowness=SLOWNESS), 75, "s")
    yield from look_at_times(browser, home)
    yield Measure("keys besides typing, from the store's link", count_keys(browser, home), 20)
    yield from look_for_barriers(browser, home)


def show_steps(name: str, phone: Phone) -> None:
    """Print how long each page of a way took, apart from the table."""
    print(f"{name}: " + ", ".join(f"{step} {seconds:.2f} s" for step, seconds in phone.steps), file=sys.stderr)


def walk_from_list(phone: Phone, home: str) -> None:
    """Book as a stranger does: the list, the store, its times, another day, a time, the form."""
    page = phone.page
    phone.open("list", lambda: page.goto(f"{home}/"))
    phone.open("store", lambda: page.locator("main .store-card h3 a").first.click())
    phone.open("times", lambda: page.locator("main a[href*='/book/?visit_type=']").first.click())
    phone.swap("other day", page.locator(OTHER_DAY))
    phone.open("details", lambda: page.locator(TIMES).first.click())
    fill_in(page, number=1)
    phone.open("booked", lambda: page.locator(BOOK).click())


def walk_from_link(phone: Phone, home: str) -> Way:
    """Book by the next time of a store; return the steps that a person makes."""
    page = phone.page
    phone.open("store", lambda: page.goto(f"{home}/s/{STORE}/"))
    way = Way().open_page().tap(is_in_sight=is_in_sight(page.locator(NEXT_TIME)))
    phone.open("details", lambda: page.locator(NEXT_TIME).click())
    way = way.open_page()
    for name, text in fill_in(page, number=2):
        way = way.fill(text, is_in_sight=is_in_sight(page.locator(f"[name={name}]")))
    way = way.tap(is_in_sight=is_in_sight(page.locator(BOOK)))
    phone.open("booked", lambda: page.locator(BOOK).click())
    if not page.url.rstrip("/").endswith("booked"):
        sys.exit(f"No booking came of it: {page.url}")
    return way.open_page()


def fill_in(page: Page, *, number: int) -> list[tuple[str, str]]:
    """Fill in what a booking needs; return each field's name and what was typed."""
    typed = [("name", NAME), ("phone", PHONE.format(number))]
    for name, text in typed:
        page.locator(f"[name={name}]").fill(text)
    return typed


def look_at_times(browser: Browser, home: str) -> Iterator[Measure]:
    """Yield where the times and the main button stand: at the worst of all ways that lead there."""
    book = f"{home}/s/{STORE}/book/"
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT_WITH_BARS}, locale="fr-FR")
    tops, numbers = [], []
    for address in (book, f"{book}?visit_type=visit"):
        page.goto(address)
        tops.append(top(page.locator(TIMES).first))
        numbers.append(count_in_sight(page.locator(TIMES), HEIGHT_WITH_BARS))
    yield Measure("first time begins at, of 664 pixels", max(tops), 480, "px")
    yield Measure("times in sight", min(numbers), 9, is_least=True)
    yield Measure("twelve stores, in screens of 664 pixels", screens_of_stores(page, home), 3)
    page.goto(f"{book}?visit_type=visit")
    page.locator(TIMES).first.click()
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    yield Measure("details: the main button begins at, of 844 pixels", top(page.locator(BOOK)), 780, "px")
    page.close()


def screens_of_stores(page: Page, home: str) -> float:
    """Return how many screens of a phone the list takes to the end of its twelfth store."""
    page.goto(f"{home}/")
    twelfth = page.locator(".store-card").nth(11)
    return float(twelfth.evaluate("one => one.getBoundingClientRect().bottom + scrollY")) / HEIGHT_WITH_BARS


def count_keys(browser: Browser, home: str) -> int:
    """Return how many keys, besides those typed, lead from a store's page to a booking on a wide screen."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="fr-FR")
    page.goto(f"{home}/s/{STORE}/")
    keys = press_until(page, NEXT_TIME)
    for name, text in (("name", NAME), ("phone", PHONE.format(3))):
        keys += tab_to(page, f"[name={name}]")
        page.keyboard.type(text)
    keys += press_until(page, BOOK)
    page.close()
    return keys


def tab_to(page: Page, selector: str) -> int:
    """Press Tab until an element has the focus; return how often."""
    element = page.locator(selector)
    for presses in range(MOST_KEYS):
        if element.evaluate("one => one === document.activeElement"):
            return presses
        page.keyboard.press("Tab")
    sys.exit(f"{selector} is not reached by {MOST_KEYS} presses of Tab")


def press_until(page: Page, selector: str) -> int:
    """Go to a button by Tab and press Enter on it; return the number of keys."""
    presses = tab_to(page, selector)
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    return presses + 1


def look_for_barriers(browser: Browser, home: str) -> Iterator[Measure]:
    """Yield how many pages of the way scroll sideways where they are narrow, and how many barriers axe finds."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="fr-FR")
    wide, found = [], []
    for name in open_pages(page, home):
        found += [f"{name}: {barrier}" for barrier in barriers(page)]
        wide += [f"{name} at {width} px, letters × {size}" for width, size in NARROW if is_too_wide(page, width, size)]
        page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    print(*wide, *found, sep="\n", file=sys.stderr)
    yield Measure("pages that scroll sideways, narrow or with large letters", len(wide), 0)
    yield Measure("barriers that axe finds", len(found), 0)
    page.close()


def open_pages(page: Page, home: str) -> Iterator[str]:
    """Open each page of the way; yield its name."""
    for name, path in (("list", "/"), ("store", f"/s/{STORE}/"), ("times", f"/s/{STORE}/book/")):
        page.goto(home + path)
        yield name
    page.locator(TIMES).last.click()
    yield "details"
    fill_in(page, number=4)
    page.locator(BOOK).click()
    page.wait_for_url("**/booked/")
    yield "booked"


def is_too_wide(page: Page, width: int, size: int) -> bool:
    """Say whether the page scrolls sideways at that width, its letters so many times as large as usual."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.evaluate("size => { document.documentElement.style.fontSize = size === 1 ? '' : `${size * 100}%`; }", size)
    is_wide = page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth")
    page.evaluate("() => { document.documentElement.style.fontSize = ''; }")
    return bool(is_wide)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object a measure")
    is_json = parser.parse_args().json
    chromium = find_chromium()
    if chromium is None:
        sys.exit(MISSING)
    is_whole = True
    with servers.running(has_demo=True) as carillon, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        print(f"load average {os.getloadavg()[0]:.1f}", file=sys.stderr)
        for one in measure(browser, carillon.url):
            print(json.dumps({**asdict(one), "is_reached": one.is_reached}) if is_json else one, flush=True)
            is_whole = is_whole and one.is_reached
        browser.close()
    return 0 if is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
