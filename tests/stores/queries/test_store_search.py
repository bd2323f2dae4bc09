"""The search for stores: what is found, in which order, page by page, by how many statements."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stores.queries import (
    BadCursor,
    StoresPage,
    StoreSummary,
    stores_page,
)
from tests.stores.queries.stored import make_store


def slugs(page: StoresPage) -> list[str]:
    return [store.slug for store in page.results]


@pytest.fixture
def some_stores() -> None:
    make_store("frigot-niort", name="Pharmacie Frigot", latitude=46.3246, longitude=-0.4617)
    make_store("geant-chauray", name="Pharmacie du Géant", town="Chauray", postal_code="79180", latitude=46.352)
    make_store("donjon-angely", name="Le Donjon", town="Saint-Jean-d'Angély", postal_code="17400", latitude=45.94)
    make_store("paris", name="Pharmacie 100%", town="Paris", postal_code="75011", latitude=48.85, longitude=2.37)


@pytest.mark.django_db
@pytest.mark.usefixtures("some_stores")
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["donjon-angely", "frigot-niort", "geant-chauray", "paris"]),
        ({"q": "  "}, ["donjon-angely", "frigot-niort", "geant-chauray", "paris"]),
        ({"q": "pharmacie"}, ["frigot-niort", "geant-chauray", "paris"]),
        ({"q": "GEANT"}, ["geant-chauray"]),
        ({"q": "niort frigot"}, ["frigot-niort"]),
        ({"q": "niort géant"}, []),
        ({"q": "saint jean"}, ["donjon-angely"]),
        ({"q": "saint-jean d'ang"}, ["donjon-angely"]),
        ({"q": "791"}, ["geant-chauray"]),
        ({"q": "%"}, []),
        ({"q": "_"}, []),
        ({"q": "100%"}, ["paris"]),
        ({"q": "a\0\ud800"}, ["donjon-angely"]),
        ({"town": "niort"}, ["frigot-niort"]),
        ({"town": "Saint Jean d Angely"}, ["donjon-angely"]),
        ({"town": "Nior"}, []),
        ({"postal_code": "79180"}, ["geant-chauray"]),
        ({"postal_code": "79 180"}, ["geant-chauray"]),
        ({"postal_code": "791\0"}, []),
        ({"q": "pharmacie", "town": "Paris", "postal_code": "75011"}, ["paris"]),
    ],
)
def test_stores_page_finds_by_words_town_and_postal_code(asked: dict[str, Any], expected: list[str]) -> None:
    assert slugs(stores_page(**asked)) == expected


@pytest.mark.django_db
@pytest.mark.usefixtures("some_stores")
def test_stores_near_a_place_come_nearest_first() -> None:
    with CaptureQueriesContext(connection) as queries:
        page = stores_page(near=(46.32, -0.46))
    assert len(queries) == 5  # within 5 km, within 50 km, anywhere; their slugs; what is to be said of them
    assert slugs(page) == ["frigot-niort", "geant-chauray", "donjon-angely", "paris"]
    distances = [store.distance_km for store in page.results]
    assert distances == pytest.approx([0.527, 3.558, 42.254, 350.0], rel=0.01)
    assert slugs(stores_page(near=(46.32, -0.46), radius_km=10)) == ["frigot-niort", "geant-chauray"]
    assert slugs(stores_page(near=(46.32, -0.46), radius_km=10, q="geant")) == ["geant-chauray"]


@pytest.mark.django_db
def test_stores_on_the_other_side_of_the_date_line_are_near() -> None:
    make_store("taveuni", latitude=-16.8, longitude=-179.99)
    assert slugs(stores_page(near=(-16.8, 179.99), radius_km=10)) == ["taveuni"]


@pytest.mark.django_db
@pytest.mark.usefixtures("some_stores")
@pytest.mark.parametrize("near", [None, (46.32, -0.46)])
def test_pages_follow_each_other_without_gap_or_repeat(near: tuple[float, float] | None) -> None:
    whole = slugs(stores_page(near=near))
    found: list[str] = []
    cursor, pages = "", 0
    while pages == 0 or cursor:
        page = stores_page(near=near, page_size=1, cursor=cursor)
        found += slugs(page)
        cursor, pages = page.next_cursor or "", pages + 1
    assert (found, pages) == (whole, 4)


@pytest.mark.django_db
@pytest.mark.usefixtures("some_stores")
@pytest.mark.parametrize(("size", "found"), [(-1, 1), (0, 1), (2, 2), (1000, 4)])
def test_page_size_is_kept_within_bounds(size: int, found: int) -> None:
    assert len(stores_page(page_size=size).results) == found


@pytest.mark.django_db
def test_one_and_three_stores_take_the_same_statements() -> None:
    make_store("one")
    for slug in ("two", "three"):
        for near, statements in ((None, 2), ((46.3, -0.4), 5)):
            with CaptureQueriesContext(connection) as queries:
                stores_page(near=near)
            assert len(queries) == statements
        make_store(slug)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cursor",
    ["x", "é", "!!!", "bnVsbA", "WzFd", "WyJhXHUwMDAwIl0", "W1tbW1s", "WyJhIiwgImIiXQ", "eyJhIjogMX0", "\ud800"],
)
@pytest.mark.parametrize("near", [None, (46.3, -0.4)])
def test_cursor_that_no_page_gave_is_refused(cursor: str, near: tuple[float, float] | None) -> None:
    with pytest.raises(BadCursor):
        stores_page(near=near, cursor=cursor)


@pytest.mark.django_db
def test_summary_of_a_store_found() -> None:
    make_store(phone="+33549240039", website="https://example.org")
    (found,) = stores_page().results
    assert found == StoreSummary(
        slug="corner-shop",
        name="Corner Shop",
        street="",
        postal_code="79000",
        town="Niort",
        country="FR",
        latitude=46.32,
        longitude=-0.46,
        time_zone="Europe/Paris",
        phone="+33549240039",
        website="https://example.org",
        wheelchair="",
        notice="",
    )
