"""The pictures of the documentation, taken from the demo: `python -m tests.browser.pictures`."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests import servers

PICTURES = Path(__file__).resolve().parent.parent.parent / "docs" / "pictures"
STORE, MANAGER, PASSWORD = "pharmacie-de-la-breche", "demo-manager", "carillon-demo-niort"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]  # fmt: skip


def main() -> int:
    """Start the demo, walk through it, and write a picture of each page that shows what it is."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is missing: apt-get install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with servers.house() as house, sync_playwright() as playwright:
        house.manage("migrate")
        house.manage("seed_demo")
        house.start()
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, language, width, height in (("choose", "en-GB", 390, 844), ("choose-fr", "fr-FR", 390, 844)):
            page = browser.new_page(locale=language, viewport={"width": width, "height": height})
            page.goto(f"http://127.0.0.1:{house.port}/s/{STORE}/book/?visit_type=visit")
            page.screenshot(path=PICTURES / f"{name}.png")
            page.close()
        page = browser.new_page(locale="en-GB", viewport={"width": 1280, "height": 860})
        _sign_in(page, house.port)
        for name, path in (("day", "day/"), ("setup", "setup/")):
            page.goto(f"http://127.0.0.1:{house.port}/staff/{STORE}/{path}")
            page.screenshot(path=PICTURES / f"{name}.png")
        page.set_viewport_size({"width": 820, "height": 1180})
        page.goto(f"http://127.0.0.1:{house.port}/staff/{STORE}/arrivals/")
        page.screenshot(path=PICTURES / "arrivals.png")
        browser.close()
    return 0


def _sign_in(page: Page, port: int) -> None:
    page.goto(f"http://127.0.0.1:{port}/staff/sign-in/")
    page.fill("input[name=username]", MANAGER)
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


if __name__ == "__main__":
    sys.exit(main())
