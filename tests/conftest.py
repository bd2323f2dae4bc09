"""Fixtures of all tests: a moment, a whole Carillon as processes, a browser."""

import gc
import os
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis
from django.conf import settings
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from booking import limits
from booking.limits import counters
from booking.operations.translations import compile_translations
from notifications import tasks
from stores.bounded_cache import forget_kept
from tests import prepared, servers
from tests.chromium import ARGUMENTS, MISSING, PATIENCE_MS, find_chromium
from tests.factories import NOW
from tests.notifications.patience import PATIENCE_SECONDS
from tests.patience import LOCK_SECONDS
from tests.scheduling import ServersShared, is_plain, start_with_longest
from tests.servers import POSTGRES, House

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# By itself Hypothesis fails an example that takes longer than 200 ms: on a busy machine any of them may.
hypothesis_settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("any machine")
_outboxes = count(1)


def pytest_configure(config: pytest.Config) -> None:
    counters.FILE_SECONDS = LOCK_SECONDS
    if not hasattr(config, "workerinput"):  # once, before the parallel workers start
        compile_translations(Path(settings.LOCALE_PATHS[0]))


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if is_plain(item):
            item.add_marker("plain")
    if hasattr(config, "workerinput"):
        start_with_longest(items)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # what was collected stays to the end: no need to look through it again and again


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    return ServersShared(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if MISSING in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(f"SKIPPED {len(skipped)} tests in a browser. {MISSING}", red=True, bold=True)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The database is there before Django looks for it, and is thrown away with its folder or its server."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Put the tables in place, instead of making them by 89 migrations in each worker."""
    name = connection.creation._get_test_db_name()  # type: ignore[attr-defined] # the one way to ask
    if POSTGRES:
        prepared.copy_migrated_database(POSTGRES, name)
    else:
        prepared.copy_migrated_file(Path(name))


@pytest.fixture(autouse=True)
def counters_from_nought() -> Iterator[None]:
    """No test meets what another counted: tries at secrets are counted whatever RATE_LIMITS says."""
    yield
    if limits._limiter.cache_info().currsize:
        with suppress(sqlite3.Error, redis.RedisError):
            limits._limiter().storage.reset()
        limits._limiter.cache_clear()


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """No test is answered from what another one left in this process."""
    forget_kept()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(autouse=True)
def own_outbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads what another sent: messages that go to files go to a folder of the test's own, made for the first.

    Not in `tmp_path`: that makes a folder on disk, finds it a number and moves a link, for thousands that send nothing.
    """
    monkeypatch.setattr(settings, "MESSAGES_DIR", settings.DATA_DIR / f"outbox-{next(_outboxes)}")


@pytest.fixture(autouse=True)
def rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test has the lanes of the one before, and none leaves the rest to another run on a busy machine."""
    tasks._dispatcher.cache_clear()
    monkeypatch.setattr(tasks, "RUN_SECONDS", PATIENCE_SECONDS)


@pytest.fixture(scope="session")
def carillon() -> Iterator[House]:
    """A Carillon of its own, with the demo: web server, worker, database, as `manage.py up` starts them."""
    with servers.running(has_demo=True) as house:
        yield house


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415 -- few tests need it, and it takes long

    found = find_chromium()
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS, timeout=2 * PATIENCE_MS)
        yield browser
        browser.close()
