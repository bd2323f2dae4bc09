"""A phone of the middle class on a slow line, in Chromium: what pages cost it, and what is in sight on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Locator, Page

WIDTH, HEIGHT, HEIGHT_WITH_BARS = 390, 844, 664
SLOWER = 4  # times slower than the processor here
BYTES_PER_SECOND = 400_000 / 8
LATENCY_MS = 400
# When the largest text or picture of a page was drawn, counted from the press that led there.
PAINTED = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(Math.max(...list.getEntries().map((one) => one.startTime))))
    .observe({ type: "largest-contentful-paint", buffered: true });
})"""
SWAPPED = """(link) => new Promise((resolve) => {
  const begun = performance.now();
  document.addEventListener("part:changed", () => requestAnimationFrame(() =>
    setTimeout(() => resolve(performance.now() - begun), 0)), { once: true });
  link.click();
})"""


@dataclass
class Phone:
    """A page as on such a phone, with the seconds, requests and bytes that it has cost so far."""

    page: Page
    seconds: float = 0
    requests: int = 0
    size: int = 0
    steps: list[tuple[str, float]] = field(default_factory=list)

    def open(self, name: str, move: Callable[[], object]) -> None:
        """Make a move that ends on another page; count the time to its largest picture, redirects among it."""
        with self.page.expect_navigation(wait_until="load"):
            move()
        self._count(name, float(self.page.evaluate(PAINTED)) / 1000)

    def swap(self, name: str, link: Locator) -> None:
        """Press a link whose page brings a part of this one anew; count the time until it is drawn."""
        self._count(name, float(link.evaluate(SWAPPED)) / 1000)

    def _count(self, name: str, seconds: float) -> None:
        self.seconds += seconds
        self.steps.append((name, seconds))

    def note_request(self, event: dict[str, Any]) -> None:
        """Count what has come over the line."""
        self.size += int(event["encodedDataLength"])
        self.requests += event["encodedDataLength"] > 0


@contextmanager
def slow_phone(browser: Browser, *, height: int = HEIGHT_WITH_BARS) -> Iterator[Phone]:
    """Give a phone that has never been here: nothing is in its cache."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": height}, locale="fr-FR", has_touch=True, is_mobile=True
    )
    phone = Phone(context.new_page())
    session = context.new_cdp_session(phone.page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND,
        },
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    session.on("Network.loadingFinished", phone.note_request)
    try:
        yield phone
    finally:
        context.close()


def top(element: Locator) -> int:
    """Return where an element begins, in CSS pixels from the top of the page that is not scrolled."""
    return round(float(element.evaluate("one => one.getBoundingClientRect().top + scrollY")))


def count_in_sight(elements: Locator, height: int) -> int:
    """Return how many of the elements are wholly within so many pixels from the top of the page."""
    script = "(all, height) => all.filter((one) => one.getBoundingClientRect().bottom + scrollY <= height).length"
    return int(elements.evaluate_all(script, height))


def is_in_sight(element: Locator) -> bool:
    """Say whether the whole element is on the screen as it is scrolled now."""
    return bool(
        element.evaluate(
            "one => { const at = one.getBoundingClientRect(); return at.top >= 0 && at.bottom <= innerHeight; }"
        )
    )
