"""No number in an address is too large for us: what no column can hold is not found, or refused."""

import re
from typing import Any

import pytest
from django.test import Client

from stores.models import Organization, OrganizationMembership
from tests.factories import NOW, make_store, make_user
from tests.guards.routes import TABLE, address

HUGE = "9" * 20
BLANK = re.compile(r"<[^>]+>")
QUERIES = ("page", "page_size", "number", "from", "to", "date", "party_size", "radius_km", "near", "cursor", "slots")

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[Client]:
    """A stranger, and somebody who manages the store and its chain."""
    store = make_store()
    chain = Organization.objects.create(slug="chain", name="Chain", kind="chain", created_at=NOW)
    chain.stores.add(store)
    user = make_user("ada", store=store)
    OrganizationMembership.objects.create(organization=chain, user=user, created_at=NOW)
    clients = [Client(raise_request_exception=False), Client(raise_request_exception=False)]
    clients[1].force_login(user)
    return clients


def addresses(route: str) -> set[str]:
    """Return addresses of a route with a huge number in each blank: in all of them, and in one after the other."""
    if route.startswith("^"):
        return {f"/api/{HUGE}"}
    blanks = BLANK.findall(route)
    alone = {address(route.replace(blank, HUGE)) for blank in blanks}
    return {f"/{BLANK.sub(HUGE, route)}", *(BLANK.sub(HUGE, one) for one in alone)}


@pytest.mark.parametrize("route", sorted(TABLE))
def test_huge_number_in_an_address_is_no_fault_of_ours(route: str, people: list[Client]) -> None:
    asked = "&".join(f"{name}={HUGE}" for name in QUERIES)
    for client in people:
        for path in addresses(route):
            body: dict[str, Any] = (
                {"data": f'{{"number": {HUGE}}}', "content_type": "application/json"} if "/api/" in path else {}
            )
            answers = (client.get(path), client.get(f"{path}?{asked}"), client.post(path, **body))
            found = {answer.status_code for answer in answers}
            assert not {code for code in found if code >= 500} - ({503} if route == "readyz" else set()), path
