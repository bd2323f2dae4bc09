"""Numbers of twenty digits, in any part of any address or of what is asked of it: told of, never an error of ours."""

import json
import re

import pytest
from django.test import Client

from stores.models import Organization, OrganizationMembership
from tests.factories import make_booking, make_store, make_user
from tests.guards.routes import PUBLIC, TABLE, address, of

LONG = ("9" * 20, "-" + "9" * 20, "0" * 20, "1" + "0" * 400)
ASKED = (
    *("page", "page_size", "cursor", "date", "from", "to", "week", "party_size", "near", "radius_km", "starts_at"),
    *("d", "visit_type", "desk", "month", "months", "done", "changed", "given", "version", "token", "q", "source"),
)
BLANK = re.compile(r"<[^>]+>")


@pytest.fixture
def manager() -> tuple[Client, str]:
    store = make_store()
    chain = Organization.objects.create(slug="chain", name="Chain", kind="chain", created_at=store.created_at)
    chain.stores.add(store)
    user = make_user("ada", store=store)
    OrganizationMembership.objects.create(organization=chain, user=user, created_at=chain.created_at)
    client = Client()
    client.force_login(user)
    return client, make_booking(store).reference


@pytest.mark.django_db
@pytest.mark.parametrize("route", [route for route in TABLE if "<" in route])
def test_long_number_in_an_address_is_no_error(manager: tuple[Client, str], route) -> None:
    client, reference = manager
    for blank in BLANK.findall(route):
        for number in LONG:
            path = address(route.replace(blank, number), reference)
            for method in ("get", "post", "delete"):
                assert getattr(client, method)(path).status_code < 500, (method, path)


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(set(TABLE) - {"readyz"}))  # no worker has been there: 503
def test_long_number_in_what_is_asked_or_sent_is_no_error(manager: tuple[Client, str], route) -> None:
    client, reference = manager
    path = address(route, reference)
    for number in LONG:
        asked = dict.fromkeys(ASKED, number)
        assert client.get(path, asked).status_code < 500
        if path.startswith("/api/"):
            body = json.dumps(dict.fromkeys(ASKED, int(number)))
            assert client.post(path, body, content_type="application/json").status_code < 500
        elif "sign-out" not in path and "account/end" not in path:
            assert client.post(path, asked | {"device": number, "passkey": number}).status_code < 500


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(set(of(PUBLIC)) - {"readyz"}))
def test_long_number_in_one_thing_asked_is_no_error(manager: tuple[Client, str], route) -> None:
    client, reference = manager
    for name in ASKED:
        assert client.get(address(route, reference), {name: LONG[0]}).status_code < 500, name
