"""How long a tablet takes from a tap to the picture that shows it, and how fast a search draws its hits.

    .venv/bin/python bench/taps.py [--visits 300]

In Chromium, as large as a tablet, with a network and without one. Measured inside the page:
from the click to the frame after the row has changed.
"""

import argparse
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Page, sync_playwright

from tests.browser.arrivals.counter import FIRST, open_counter
from tests.browser.shop import sign_in
from tests.chromium import ARGUMENTS, find_chromium
from tests.servers import running

TAPS = 30
# The frame is asked for after the click's own work is done, and counts once it has been drawn.
MEASURE = """async ([references]) => {
  const drawn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
  const times = [];
  for (const reference of references) {
    const row = document.getElementById(`visit-${reference}`);
    const begun = performance.now();
    row.querySelector("[data-is-main]").click();
    if (!row.classList.contains("arrival-checked_in")) throw new Error(`nothing seen of ${reference}`);
    await drawn();
    times.push(performance.now() - begun);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return times;
}"""


def told(name: str, times: list[float]) -> None:
    print(f"{name:40} median {statistics.median(times):6.1f} ms   longest {max(times):6.1f} ms")


def measure(page: Page, visits: int, references: list[str]) -> None:
    sets = [references[start : start + TAPS] for start in (0, TAPS, 2 * TAPS)]
    told(f"tap, {visits} visits, network", page.evaluate(MEASURE, [sets[0]]))
    page.context.set_offline(True)
    told(f"tap, {visits} visits, no network", page.evaluate(MEASURE, [sets[1]]))
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    told("the same, a processor four times slower", page.evaluate(MEASURE, [sets[2]]))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--visits", type=int, default=300)
    visits = parser.parse_args().visits
    with running() as carillon, sync_playwright() as playwright:
        counter = open_counter(carillon, "Bench Counter")
        references = [counter.book(f"Ada{number} Test", slots=1 + number // 40) for number in range(visits)]
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        page = browser.new_page(base_url=carillon.url, viewport={"width": 820, "height": 1180})
        sign_in(page, FIRST, counter.arrivals)
        page.locator("#app[data-is-ready]").wait_for()
        measure(page, visits, references)
        browser.close()


if __name__ == "__main__":
    main()
