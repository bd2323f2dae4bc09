"""Who may call what: every address of the site has a row in `routes.py` and is called by everybody else."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from booking.tokens import manage_token
from stores.models import Organization, OrganizationMembership, Role
from tests.factories import make_booking, make_store, make_user
from tests.guards.routes import (
    DEVICE,
    MANAGER,
    METHODS,
    ORGANIZATION,
    SIGN_IN,
    SIGNED,
    STAFF,
    TABLE,
    TOKEN,
    address,
    of,
)


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, here)
        else:
            yield here


@pytest.fixture
def visit():
    store = make_store()
    return store, make_booking(store)


def answers(client: Client, path: str) -> set[int]:
    """Return what each method answers; a method that is not known there says nothing of rights."""
    return {ask(client, method, path) for method in METHODS} - {405}


def ask(client: Client, method: str, path: str) -> int:
    body = {} if method == "get" or not path.startswith("/api/") else {"data": "{}", "content_type": "application/json"}
    return getattr(client, method)(path, **body).status_code


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    there = set(routes(get_resolver().url_patterns))

    assert sorted(there - set(TABLE)) == [], "give each a row in ROUTES of routes.py, under those who may call it"
    assert sorted(set(TABLE) - there) == [], "no urls.py has these: take their rows out of ROUTES"


@pytest.mark.django_db
@pytest.mark.parametrize("route", of(STAFF, MANAGER))
def test_strangers_are_sent_to_sign_in(visit, route) -> None:
    found = answers(Client(), address(route, visit[1].reference))

    assert found == ({401} if route.startswith("api/") else {302})


@pytest.mark.django_db
@pytest.mark.parametrize("route", of(STAFF, MANAGER))
def test_for_managers_of_other_stores_it_does_not_exist(visit, route) -> None:
    client = Client()
    client.force_login(make_user("bea", store=make_store("other-shop"), role=Role.MANAGER))

    assert answers(client, address(route, visit[1].reference)) == {404}


@pytest.mark.django_db
@pytest.mark.parametrize("route", of(MANAGER))
def test_staff_may_not_do_what_is_a_managers(visit, route) -> None:
    client = Client()
    client.force_login(make_user("cleo", store=visit[0], role=Role.STAFF))

    assert answers(client, address(route, visit[1].reference)) == {403}


@pytest.mark.django_db
@pytest.mark.parametrize("route", of(STAFF, MANAGER))
def test_nobody_signed_in_by_cookie_writes_without_its_csrf_token(visit, route) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("dora", store=visit[0], role=Role.MANAGER))
    path = address(route, visit[1].reference)

    found = {ask(client, method, path) for method in METHODS if method != "get"}

    assert found <= {403, 405}


@pytest.mark.django_db
@pytest.mark.parametrize("route", of(TOKEN))
def test_a_reference_alone_opens_nothing(visit, route) -> None:
    client, path = Client(), address(route, visit[1].reference)
    found = answers(client, path)

    assert found <= {404, 302, 303}
    if 303 in found:  # what a form without the key leads to
        assert client.post(path, follow=True).status_code == 404
    if route.startswith("api/"):
        assert found == {404}


@pytest.mark.django_db
@pytest.mark.parametrize("route", of(SIGNED))
def test_nothing_unsigned_gets_in(route) -> None:
    assert answers(Client(), address(route)) == {403}


@pytest.mark.django_db
@pytest.mark.parametrize("route", of(ORGANIZATION))
def test_an_organization_is_its_managers_alone(visit, route) -> None:
    chain = Organization.objects.create(slug="chain", name="Chain", kind="chain", created_at=visit[0].created_at)
    chain.stores.add(visit[0])
    member, manager = Client(), Client()
    member.force_login(make_user("emil", store=visit[0], role=Role.MANAGER))
    user = make_user("flora")
    OrganizationMembership.objects.create(organization=chain, user=user, created_at=chain.created_at)
    manager.force_login(user)

    assert answers(Client(), address(route)) <= {302}
    assert answers(member, address(route)) <= {404}
    assert answers(manager, address(route)) <= {200, 302, 400}


@pytest.mark.django_db
@pytest.mark.parametrize("route", of(STAFF, MANAGER, DEVICE, SIGN_IN, ORGANIZATION))
def test_no_page_of_the_staffs_is_kept_by_a_browser(visit, route) -> None:
    """A shared computer has no names on its disk when somebody has gone home without signing out."""
    store, booking = visit
    client, user = Client(), make_user("gina", store=store)
    chain = Organization.objects.create(slug="chain", name="Chain", kind="chain", created_at=store.created_at)
    chain.stores.add(store)
    OrganizationMembership.objects.create(organization=chain, user=user, created_at=store.created_at)
    client.force_login(user)

    answer = client.get(address(route, booking.reference))

    assert answer.status_code in (200, 302, 400, 401, 403, 404, 405)
    if answer.status_code == 200:
        assert "no-store" in answer.get("Cache-Control", ""), route


@pytest.mark.django_db
@pytest.mark.parametrize("route", [one for one in of(TOKEN) if not one.startswith("api/")])
def test_no_page_of_a_visit_is_kept_by_a_browser(visit, route) -> None:
    reference, client = visit[1].reference, Client()
    opened = client.get(f"/m/{reference}/{manage_token(reference)}", follow=True)
    assert "no-store" in opened["Cache-Control"]

    answer = client.get(address(route, reference))

    if answer.status_code == 200:
        assert "no-store" in answer.get("Cache-Control", ""), route
