"""Every page and state of the site, made once for each reader, and a window to look at them in."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from django.db import transaction
from playwright.sync_api import Browser, Page, Route

from tests.browser.driver import new_context, open_page
from tests.browser.pages import customers, staff, town
from tests.browser.pages.camera import Camera, Shot
from tests.factories import NOW

HOST = "http://localhost"
LENS = Path(__file__).with_name("lens.js")
EMPTY = "<!doctype html><title>Window</title>"


class Album:
    """All states of all pages as one reader sees them: taken when first asked for."""

    def __init__(self) -> None:
        self.of_customers = cache(lambda reader: self._take(reader, customers.walk))
        self.of_staff = cache(lambda reader: self._take(reader, staff.walk))

    def _take(self, reader: str, walk: Any) -> list[Shot]:
        camera = Camera(reader)
        with time_machine.travel(NOW, tick=False) as clock, transaction.atomic():
            town.build()
            walk(camera, clock)
            transaction.set_rollback(True)
        return camera.shots


class Window:
    """A browser that is shown saved pages, with nothing behind it but static files."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.route("**/*", _serve)
        open_page(page, HOST)
        page.add_script_tag(path=LENS)
        page.evaluate(Axe().axe_script)

    def look(self, shots: list[Shot], how: str, given: object = None, *, width: int, dark: bool = False) -> list[str]:
        """Return what `how`, a function of the lens, finds, and on which pages."""
        self._page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        self._page.set_viewport_size({"width": width, "height": width * 2})
        pages = [[shot.name, shot.html.decode()] for shot in shots]
        return self._page.evaluate(f"([pages, given]) => lookAt(pages, {how}, given)", [pages, given])


def _serve(route: Route) -> None:
    path = route.request.url.removeprefix(HOST)
    if path == "/":
        route.fulfill(body=EMPTY, content_type="text/html")
    elif path.startswith("/static/"):
        route.fulfill(path=str(finders.find(path.removeprefix("/static/"))))
    else:
        route.abort()


@pytest.fixture(scope="session")
def album() -> Album:
    return Album()


@pytest.fixture(scope="session")
def window(chromium: Browser) -> Iterator[Window]:
    context = new_context(chromium)
    context.set_default_timeout(300_000)  # it is shown very many pages at once
    yield Window(context.new_page())
    context.close()
