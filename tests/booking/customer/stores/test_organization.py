"""A town's or a chain's page: its stores on a list, then on a map that leads to each of them."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from stores.models import Organization, Store
from tests.booking.reading import page
from tests.factories import NOW, make_store

pytestmark = pytest.mark.django_db


def make_organization(*stores: Store, slug: str = "niort", **fields: object) -> Organization:
    values = {"name": "Niort", "kind": "town", "created_at": NOW, **fields}
    organization = Organization.objects.create(slug=slug, **values)
    organization.stores.set(stores)
    return organization


def test_page_has_its_stores_and_no_others_on_a_list_and_on_a_map_that_opens(client: Client) -> None:
    shop = make_store("shop", name="Shop")
    far = make_store("far", name="Far", latitude=46.4)
    make_store("stranger", name="Stranger")
    make_organization(shop, far, introduction="Our shops.", website="https://example.org/niort")

    response = client.get("/o/niort/")
    shown, text = page(response), response.content.decode()

    assert "Our shops." in shown.words
    assert "https://example.org/niort" in shown.links
    assert "2 stores" in shown.words
    assert "Stranger" not in shown.words
    assert text.index('<details class="map">') < text.index("<svg viewBox=") < text.index('<ol class="rows">')
    assert 'href="/s/far/" aria-label="1: Far"' in text
    assert 'href="/s/shop/" aria-label="2: Shop"' in text


def test_stores_close_together_are_one_mark_that_leads_to_the_list(client: Client) -> None:
    shops = [make_store(f"shop-{number}", name=f"Shop {number}") for number in (1, 2)]
    make_organization(*shops)

    text = client.get("/o/niort/").content.decode()

    assert 'href="#store-1" aria-label="2 stores: 1 Shop 1, 2 Shop 2"' in text
    assert 'id="store-1"' in text


def test_search_sorting_and_paging_stay_within(client: Client) -> None:
    shops = [make_store(f"shop-{number:02d}", name=f"Shop {number}") for number in range(13)]
    make_store("stranger", name="Shop Stranger")
    make_organization(*shops)

    first = page(client.get("/o/niort/", {"q": "shpo"}))
    assert len(list(first.links_to("/book/"))) == 12
    [following] = first.links_to("cursor=")
    assert following.startswith("/o/niort/?q=shpo")
    assert list(page(client.get(following)).links_to("/book/")) == ["/s/shop-12/book/"]
    [soonest] = first.links_to("sort=free")
    sorted_page = page(client.get(soonest))
    [following] = sorted_page.links_to("page=2")
    last = page(client.get(following))
    slugs = [*sorted_page.links_to("/book/"), *last.links_to("/book/")]
    assert sorted(slugs) == [f"/s/{shop.slug}/book/" for shop in shops]


@pytest.mark.parametrize("address", ["/o/unknown/", "/o/niort/x/"])
def test_what_is_not_there_is_not_found(client: Client, address: str) -> None:
    make_organization(make_store())
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_seven_statements_for_any_number_of_stores(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    make_organization(*(make_store(f"shop-{number}") for number in range(count)))
    with django_assert_num_queries(7):
        client.get("/o/niort/")


def test_organization_without_stores_says_so(client: Client) -> None:
    make_organization()
    response = client.get("/o/niort/")
    assert response.status_code == 200
    assert "<svg viewBox=" not in response.content.decode().split("<main")[1].split('id="found"')[1]


def test_all_organizations_that_have_stores_are_on_a_page(client: Client) -> None:
    shop = make_store()
    make_organization(shop)
    make_organization(shop, slug="chain", name="Chain & Sons", kind="chain")
    make_organization(slug="empty", name="Empty")

    shown = page(client.get("/o/"))

    assert [url for url in shown.links_to("/o/") if url.startswith("/o/")] == ["/o/chain/", "/o/niort/"]
    assert "Chain & Sons" in shown.links["/o/chain/"]


def test_no_organization_says_what_to_do(client: Client) -> None:
    assert "/" in page(client.get("/o/")).links


def test_texts_of_an_organization_cannot_bring_code(client: Client) -> None:
    evil = "<script>alert(1)</script>"
    make_organization(make_store(name=evil, notice=evil), name=evil, introduction=evil)
    for address in ("/o/niort/", "/o/", "/"):
        assert "<script>alert" not in client.get(address).content.decode()
