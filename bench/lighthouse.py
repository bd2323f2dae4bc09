"""Lighthouse's four figures for a customer's main pages, as on a phone: performance, accessibility, practices, search.

    make lighthouse

Starts Carillon with the demo, walks to a confirmed booking in Chromium, and lets Lighthouse look at each page in that
browser. Ends with status 1 where a figure is below 95. Lighthouse comes from npm (bench/package.json); nothing is sent
anywhere.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Page, sync_playwright

from tests import servers
from tests.chromium import ARGUMENTS, MISSING, find_chromium
from tests.postgres import free_port

HERE = Path(__file__).resolve().parent
PROGRAM = HERE / "node_modules" / "lighthouse" / "cli" / "index.js"
STORE = "pharmacie-de-la-breche"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
GOAL = 95
ON_THE_WAY = ["--skip-audits=is-crawlable"]  # no page to be found


def main() -> int:
    chromium = find_chromium()
    if chromium is None:
        sys.exit(MISSING)
    port = free_port()
    with (
        servers.running(has_demo=True) as carillon,
        tempfile.TemporaryDirectory() as profile,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium, args=[*ARGUMENTS, f"--remote-debugging-port={port}"], locale="fr-FR"
        )
        lowest = 100
        for name, url, options in pages(browser.pages[0], carillon.url):
            figures = look(url, port, options)
            print(f"{name:10}" + "".join(f"{category} {figures[category]:3}   " for category in CATEGORIES), flush=True)
            lowest = min(lowest, *figures.values())
        browser.close()
    return 0 if lowest >= GOAL else 1


def pages(page: Page, home: str) -> Iterator[tuple[str, str, list[str]]]:
    """Walk to a confirmed booking; yield each page's name, address and what it is not asked for."""
    yield "find", f"{home}/", []
    yield "store", f"{home}/s/{STORE}/", []
    yield "choose", f"{home}/s/{STORE}/book/?visit_type=visit", []
    page.goto(f"{home}/s/{STORE}/book/?visit_type=visit")
    page.locator("#times .slot").last.click()
    yield "details", page.url, ON_THE_WAY
    page.locator("[name=name]").fill("Ada Test")
    page.locator("[name=phone]").fill("06 12 34 57 01")
    page.locator("#details .actions .button").first.click()
    page.wait_for_url("**/booked/")
    yield "confirmed", page.url, []


def look(url: str, port: int, options: list[str]) -> dict[str, int]:
    """Return Lighthouse's figures for a page, as seen in the browser that listens on a port."""
    node = str(Path(sys.executable).with_name("node"))
    command = [node, str(PROGRAM), url, f"--port={port}", "--output=json", "--quiet", "--disable-storage-reset",
               f"--only-categories={','.join(CATEGORIES)}", *options]  # fmt: skip
    environment = {**os.environ, "NO_UPDATE_NOTIFIER": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    report = json.loads(done.stdout)
    for category in CATEGORIES:
        for one in report["categories"][category]["auditRefs"]:
            audit = report["audits"][one["id"]]
            if audit["score"] is not None and audit["score"] < 1 and one["weight"]:
                print(f"  {audit['id']}: {audit['title']} {audit.get('displayValue', '')}")
    return {category: round(report["categories"][category]["score"] * 100) for category in CATEGORIES}


if __name__ == "__main__":
    sys.exit(main())
