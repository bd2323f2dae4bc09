"""Which looks at the customers' pages count for a store's unmet demand."""

from datetime import date

import pytest
from django.test import Client

from booking.customer.crawlers import is_browser
from booking.places import unmet_demand
from booking.places.unmet_demand import Look
from tests.booking.customer.book.chooser_page import NARROW, fill
from tests.booking.customer.book.way import BOOK, DETAILS
from tests.factories import at, make_booking, make_store

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)
WEEK = {"visit_type": "visit", "from": "2026-11-23"}


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    unmet_demand._of_this_process.take()


@pytest.fixture
def _full_week() -> None:
    fill(make_store(capacity=1, hours=NARROW, days=(1, 2), minimum_notice_minutes=0), 24, 25)


def counted() -> dict[Look, int]:
    return dict(unmet_demand._of_this_process.take())


def look(*dates: date, **more) -> Look:
    return Look("corner-shop-niort", "visit", "", 1, dates, **more)


def see(path: str, query: dict[str, str], *, agent: str = FIREFOX, **headers: str) -> int:
    return Client().get(path, query, headers={"user-agent": agent, **headers}).status_code


@pytest.mark.usefixtures("_full_week")
def test_a_week_without_a_free_time_counts_for_its_full_days() -> None:
    assert see(BOOK, WEEK) == 200

    assert counted() == {look(TUESDAY, WEDNESDAY): 1}


@pytest.mark.usefixtures("_full_week")
@pytest.mark.parametrize(
    "more",
    [
        {"agent": CRAWLER},
        {"agent": ""},
        {"cache-control": "max-age=0"},
        {"cache-control": "no-cache"},
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
    ],
)
def test_crawlers_reloads_and_pages_loaded_ahead_do_not_count(more: dict[str, str]) -> None:
    assert see(BOOK, WEEK, **more) == 200

    assert counted() == {}


@pytest.mark.usefixtures("_full_week")
@pytest.mark.parametrize("query", [{}, {"day": "2026-11-24"}, {"party_size": "9"}])
def test_a_free_week_a_day_of_the_counted_week_and_a_wrong_question_do_not_count(query: dict[str, str]) -> None:
    asked = {"visit_type": "visit", **query} if "party_size" not in query else {**WEEK, **query}

    assert see(BOOK, asked) in (200, 409)

    assert counted() == {}


def test_a_full_day_of_another_week_counts_for_whoever_asked_for_it() -> None:
    fill(make_store(capacity=1, hours=NARROW), 24)

    assert see(BOOK, {"visit_type": "visit"}) == 200
    before = counted()
    assert see(BOOK, {"visit_type": "visit", "day": "2026-11-24"}) == 200

    assert before == {}
    assert counted() == {look(TUESDAY): 1}


def test_a_closed_day_does_not_count() -> None:
    make_store()

    assert see(BOOK, {"visit_type": "visit", "day": "2026-11-29"}) == 200

    assert counted() == {}


def test_a_time_that_is_full_counts_once_though_other_times_are_shown() -> None:
    make_booking(make_store(capacity=1))

    assert see(DETAILS, {"visit_type": "visit", "party_size": "1", "starts_at": at(10).isoformat()}) == 409

    assert counted() == {look(starts_at=at(10)): 1}


def test_a_time_that_is_closed_does_not_count() -> None:
    make_store()

    assert see(DETAILS, {"visit_type": "visit", "party_size": "1", "starts_at": at(8).isoformat()}) == 409

    assert counted() == {}


@pytest.mark.parametrize(
    ("agent", "answer"),
    [
        (FIREFOX, True),
        ("Mozilla/5.0 (Linux; Android 10; CUBOT NOTE 20) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36", True),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1", True),
        (CRAWLER, False),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120.0 Safari/537.36", False),
        ("curl/8.5.0", False),
        ("", False),
    ],
)
def test_a_browser_is_known_by_its_name(agent: str, answer: bool) -> None:
    assert is_browser(agent) is answer
