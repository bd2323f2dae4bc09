"""Search engines are told every store, and nothing of anybody's visit."""

import re
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking.customer import crawlers
from tests.factories import make_store

pytestmark = pytest.mark.django_db

SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def listed(client: Client, path: str) -> list[str]:
    return [str(one.text) for one in ET.fromstring(client.get(path).content).iter(f"{SPACE}loc")]


def test_robots_name_the_list_and_keep_out_of_the_staffs_rooms(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()

    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in text
    assert "Disallow: /staff/" in text
    assert "/b/" not in text


@pytest.mark.parametrize(
    ("path", "is_open"),
    [
        ("/", True),
        ("/s/corner-shop-niort/", True),
        ("/fr/s/corner-shop-niort/", True),
        ("/s/book/", True),
        ("/o/niort/", True),
        ("/s/corner-shop-niort/card.png", True),
        ("/s/corner-shop-niort/book/?day=2026-12-01", False),
        ("/s/corner-shop-niort/book/", True),
        ("/simple/fr/s/corner-shop-niort/book/", True),
        ("/s/corner-shop-niort/book/?visit_type=visit", True),
        ("/simple/fr/s/corner-shop-niort/book/?visit_type=visit", True),
        ("/s/corner-shop-niort/book/?visit_type=visit&party_size=1&day=2026-11-24", False),
        ("/fr/s/corner-shop-niort/book/?day=2026-11-24", False),
        ("/s/corner-shop-niort/book/details/", False),
        ("/fr/s/corner-shop-niort/poster/", False),
        ("/embed/corner-shop-niort/", False),
        ("/de/embed/corner-shop-niort/", False),
        ("/fr/staff/", False),
    ],
)
def test_robots_may_read_stores_and_no_step_of_a_booking(client: Client, path: str, is_open: bool) -> None:
    rows = client.get("/robots.txt").content.decode().splitlines()
    rules = [tuple(row.split(": ")) for row in rows if row.startswith(("Allow: ", "Disallow: "))]

    # As RFC 9309 reads them: from the start of a path, a star for anything, the longest rule wins.
    found = [
        (len(rule), word)
        for word, rule in rules
        if re.match(re.escape(rule).replace(r"\*", ".*").replace(r"\$", "$"), path)
    ]

    assert (max(found, default=(0, "Allow"))[1] == "Allow") is is_open


def test_every_store_is_listed_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawlers, "STORES_A_FILE", 2)
    for number in range(3):
        make_store(f"store-{number}")

    files = listed(client, "/sitemap.xml")
    pages = [page for file in files for page in listed(client, file.removeprefix("http://127.0.0.1:8000"))]

    assert files == [f"http://127.0.0.1:8000/sitemap-{name}.xml" for name in ("pages", "stores-1", "stores-2")]
    assert pages == ["http://127.0.0.1:8000/", *(f"http://127.0.0.1:8000/s/store-{number}/" for number in range(3))]


@pytest.mark.parametrize("number", [0, 2, 10**9])
def test_a_list_beyond_the_last_is_none(client: Client, number: int) -> None:
    make_store()

    assert client.get(f"/sitemap-stores-{number}.xml").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_asks_the_database_once(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        make_store(f"store-{number}")

    with django_assert_num_queries(1):
        client.get("/sitemap-stores-1.xml")
