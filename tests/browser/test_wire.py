"""What a first visit to a public page weighs on the wire, as the server really sends it."""

import re
from datetime import timedelta
from urllib.parse import urlencode, urljoin

import pytest

from tests.asking import booking_at
from tests.browser.journey import DEMO_STORE
from tests.browser.shop import SLUG, Shop
from tests.servers import House

pytestmark = pytest.mark.browser

ALL_FILES_MAX, HTML_MAX = 40_000, 14_000
BROWSER = {"Accept-Encoding": "gzip, deflate, br", "Accept-Language": "fr"}
OPENED = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none"}
FILE = re.compile(r"""<(?:link rel="(?:icon|stylesheet)" href|script src|img[^>]* src)="([^"]+)""")
PAGES = (
    "/",
    "/?q=niort",
    "/o/",
    "/o/niort/",
    f"/s/{DEMO_STORE}/",
    f"/s/{DEMO_STORE}/book/",
    f"/s/{SLUG}/book/?visit_type=visit",  # open day and night: as many times as there can be
    f"/s/{SLUG}/wait/?visit_type=visit",
    f"/s/{SLUG}/share/",
    f"/embed/{SLUG}/",
    "/my-visits/",
    "/simple/",
    f"/simple/s/{SLUG}/book/?visit_type=visit",
    f"/ar/s/{SLUG}/book/?visit_type=visit",
)


def weigh(carillon: House, path: str, **headers: str) -> tuple[int, int]:
    """Return the bytes of a page, and of it with all its files."""
    answer = carillon.get(path, **BROWSER, **headers)
    assert (answer.status, answer.headers.get("content-encoding")) in ((200, "gzip"), (200, "br"))
    html = carillon.get(path, **headers).body.decode()
    files = {urljoin(path, found) for found in FILE.findall(html)}
    assert len(files) > 1
    return len(answer.body), len(answer.body) + sum(_weight(carillon, file) for file in files)


def _weight(carillon: House, path: str) -> int:
    answer = carillon.get(path, **BROWSER)
    assert answer.status == 200, path
    return len(answer.body)


def expect_light(weights: tuple[int, int]) -> None:
    html, everything = weights
    assert html <= HTML_MAX
    assert everything <= ALL_FILES_MAX


@pytest.mark.parametrize("path", PAGES)
def test_first_visit_is_light(carillon: House, shop: Shop, path: str) -> None:
    expect_light(weigh(carillon, path))


@pytest.mark.parametrize("path", PAGES[:-4])
def test_first_visit_with_styles_within_is_light(carillon: House, shop: Shop, path: str) -> None:
    expect_light(weigh(carillon, path, **OPENED))


def test_details_are_light(carillon: House, shop: Shop) -> None:
    wish = {"visit_type": "visit", "party_size": 1, "starts_at": _start(shop)}
    hold = carillon.post("/api/v1/holds", {"store": SLUG, **wish}).json["token"]
    expect_light(weigh(carillon, f"/s/{SLUG}/book/details/?{urlencode({**wish, 'hold': hold})}"))


def test_booked_and_manage_are_light(carillon: House, shop: Shop) -> None:
    booked = carillon.post("/api/v1/bookings", booking_at(SLUG, _start(shop), number=700)).json
    opened = carillon.get(booked["manage_url"].removeprefix(carillon.url))
    path, key = opened.headers["location"], opened.headers["set-cookie"].partition(";")[0]
    for page in ("", "booked/", "change/"):
        expect_light(weigh(carillon, path + page, Cookie=key))


def _start(shop: Shop) -> str:
    return (shop.slot_from_now(0) + timedelta(days=4)).isoformat()
