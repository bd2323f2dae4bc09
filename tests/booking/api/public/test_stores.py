from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from stores.models import Store
from tests.booking.api.calls import Api, fields_of, refusal_of
from tests.factories import make_store


@pytest.fixture
def shops(store: Store) -> None:
    lille: dict[str, Any] = {"town": "Lille", "postal_code": "59000", "latitude": 50.63, "longitude": 3.06}
    make_store("north-shop-lille", name="North Shop", search_text="north shop lille 59000", **lille)
    nantes: dict[str, Any] = {"town": "Nantes", "postal_code": "44000", "latitude": 47.22, "longitude": -1.55}
    make_store("west-shop-nantes", name="West Shop", search_text="west shop nantes 44000", **nantes)


def slugs(answer: object) -> list[str]:
    return [store["slug"] for store in answer.json()["results"]]  # type: ignore[attr-defined]


def test_store_in_full(store: Store, api: Api) -> None:
    answer = api.get(f"/stores/{store.slug}")

    body = answer.json()
    assert body["address"] == {"street": "1 Rue de la Gare", "postal_code": "79000", "town": "Niort", "country": "FR"}
    assert body["opening_hours"][:2] == [
        {"dayOfWeek": "Monday", "opens": "09:00", "closes": "12:00"},
        {"dayOfWeek": "Monday", "opens": "14:00", "closes": "19:00"},
    ]
    assert body["visit_types"][1] == {
        "slug": "advice",
        "name": "Advice",
        "minutes": 30,
        "what_to_bring": "",
        "max_party_size": 2,
        "mode": "store",
    }
    assert body["policy"] == {
        "minimum_notice_minutes": 60,
        "booking_horizon_days": 28,
        "change_until_minutes": 120,
        "open_bookings_per_customer": 2,
        "keep_days": 90,
        "capacity_counts": "people",
    }


@pytest.mark.parametrize("slug", ["nope", "A" * 5000, "a%2Fb", "..", "'"])
def test_unknown_store_is_not_found(store: Store, api: Api, slug: str) -> None:
    assert refusal_of(api.get(f"/stores/{slug}")) == (404, "not_found")


def test_stores_are_found_by_words_town_and_postal_code(shops: None, api: Api) -> None:
    assert len(slugs(api.get("/stores"))) == 3
    assert slugs(api.get("/stores", {"postal_code": "59000"})) == ["north-shop-lille"]
    assert slugs(api.get("/stores", {"q": "corner"})) == ["corner-shop-niort"]


def test_near_puts_the_nearest_first_with_distances(shops: None, api: Api) -> None:
    results = api.get("/stores", {"near": "46.32,-0.46"}).json()["results"]

    assert [store["slug"] for store in results] == ["corner-shop-niort", "west-shop-nantes", "north-shop-lille"]
    assert [round(store["distance_km"]) for store in results] == [0, 130, 545]


def test_radius_leaves_out_what_is_further(shops: None, api: Api) -> None:
    assert slugs(api.get("/stores", {"near": "46.32,-0.46", "radius_km": "200"})) == [
        "corner-shop-niort",
        "west-shop-nantes",
    ]


def test_parameters_without_a_value_are_missing(shops: None, api: Api) -> None:
    answer = api.client.get("/api/v1/stores?q=&town=&postal_code=&near=&radius_km=&page_size=&cursor=")

    assert len(slugs(answer)) == 3


@pytest.mark.parametrize("query", [{}, {"near": "46.32,-0.46"}], ids=["by name", "by distance"])
def test_next_leads_through_all_pages(shops: None, api: Api, query: dict[str, str]) -> None:
    found, url = [], None
    answer = api.get("/stores", query | {"page_size": "1"})
    for _ in range(3):
        found += slugs(answer)
        url = answer.json()["next"]
        if url is None:
            break
        assert url.startswith("http://testserver/api/v1/stores?")
        answer = api.client.get(url)

    assert sorted(found) == ["corner-shop-niort", "north-shop-lille", "west-shop-nantes"]
    assert url is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"page_size": "0"}, "page_size"),
        ({"page_size": "101"}, "page_size"),
        ({"page_size": "1e8"}, "page_size"),
        ({"page_size": "-1"}, "page_size"),
        ({"page_size": "١"}, "page_size"),
        ({"near": "here"}, "near"),
        ({"near": "91,0"}, "near"),
        ({"near": "0,181"}, "near"),
        ({"near": "nan,nan"}, "near"),
        ({"near": "46.32"}, "near"),
        ({"near": "46.32,-0.46", "radius_km": "-1"}, "radius_km"),
        ({"near": "46.32,-0.46", "radius_km": "inf"}, "radius_km"),
        ({"cursor": "garbage"}, "cursor"),
        ({"cursor": "WyJhIl0x"}, "cursor"),
        ({"cursor": "a" * 5000}, "cursor"),
        ({"q": "a" * 501}, "q"),
    ],
)
def test_bad_query_names_its_field(store: Store, api: Api, query: dict[str, str], field: str) -> None:
    assert [name for name, _ in fields_of(api.get("/stores", query))] == [field]


def test_nul_in_a_query_is_refused(store: Store, api: Api) -> None:
    assert api.get("/stores", {"q": "a\0b"}).status_code == 400


def test_reading_a_store_takes_one_statement(
    store: Store, api: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        api.get(f"/stores/{store.slug}")
