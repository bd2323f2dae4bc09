"""Fixtures of all tests: a moment, a whole Carillon as processes, a browser."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, sync_playwright

from booking.translations import compile_translations
from tests.factories import NOW
from tests.processes import Carillon, start_carillon

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # once, before the parallel workers start
        compile_translations(Path(settings.LOCALE_PATHS[0]))


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def live_server_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carillon]:
    """A Carillon of its own, with the demo: web server, worker, database, as `manage.py up` starts them."""
    with start_carillon(tmp_path_factory.mktemp("live")) as carillon:
        yield carillon


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if found is None:
        missing = "no Chromium here; to have it: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, live_server_process: Carillon) -> Iterator[Page]:
    """A page of a browser that has never been here; its addresses start at the live server."""
    context = chromium.new_context(base_url=live_server_process.url, locale="en-GB")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
