"""The overview of an organization: for its managers alone, in the order the address asks for."""

import pytest
from django.test import Client

from stores.models import Organization, OrganizationMembership
from tests.booking.reading import markup
from tests.factories import NOW, make_store, make_user

pytestmark = pytest.mark.django_db
OVERVIEW = "/staff/o/chain/"


@pytest.fixture
def chain() -> Organization:
    chain = Organization.objects.create(slug="chain", name="Chain of Shops", kind="chain", created_at=NOW)
    chain.stores.add(
        make_store("b-shop", name="B Shop", town="Aigre", capacity=1),
        make_store("a-shop", name="A Shop", town="Niort", capacity=4, days=tuple(range(7))),
    )
    return chain


@pytest.fixture
def manager(chain: Organization) -> Client:
    user = make_user()
    OrganizationMembership.objects.create(organization=chain, user=user, created_at=NOW)
    client = Client()
    client.force_login(user)
    return client


def names(client: Client, query: str = "") -> list[str]:
    return [row.slug for row in client.get(OVERVIEW + query).context["rows"]]


def test_strangers_sign_in_first_and_come_back(chain: Organization) -> None:
    response = Client().get(OVERVIEW + "?sort=town")

    assert response.status_code == 302
    assert response["Location"] == "/staff/sign-in/?next=/staff/o/chain/%3Fsort%3Dtown"


def test_for_a_manager_of_one_of_its_stores_it_does_not_exist(chain: Organization) -> None:
    client = Client()
    client.force_login(make_user(store=chain.stores.get(slug="a-shop")))

    assert client.get(OVERVIEW).status_code == 404


def test_the_stores_stand_in_the_order_asked_for(manager: Client) -> None:
    assert names(manager) == ["a-shop", "b-shop"]
    assert names(manager, "?sort=-name") == ["b-shop", "a-shop"]
    assert names(manager, "?sort=town") == ["b-shop", "a-shop"]
    assert names(manager, "?sort=visits") == ["a-shop", "b-shop"]


@pytest.mark.parametrize("sort", ["", "-", "--name", "secret", "name'"])
def test_an_order_that_does_not_exist_is_that_of_names(manager: Client, sort) -> None:
    assert names(manager, f"?sort={sort}") == ["a-shop", "b-shop"]


def test_the_column_in_order_says_so_and_leads_to_the_other_way_round(manager: Client) -> None:
    page = markup(manager.get(OVERVIEW + "?sort=-visits"))

    assert page.count("aria-sort=") == 1
    assert 'aria-sort="descending"><a href="?sort=visits&amp;' in page


def test_days_that_cannot_be_are_told(manager: Client) -> None:
    response = manager.get(OVERVIEW + "?from=2026-02-31")

    assert response.status_code == 400
    assert "The first day does not exist" in response.content.decode()


def test_the_page_leads_on_to_each_store_and_is_kept_nowhere(manager: Client) -> None:
    response = manager.get(OVERVIEW)

    assert response["Cache-Control"] == "no-store, private"
    assert 'href="/staff/a-shop/day/"' in response.content.decode()
    assert manager.get("/staff/a-shop/setup/").status_code == 200


def test_home_leads_to_the_organization(manager: Client) -> None:
    page = manager.get("/staff/").content.decode()

    assert 'href="/staff/o/chain/"' in page
    assert "You do not work at a store here yet" not in page
