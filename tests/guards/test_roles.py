"""Who gets through to what: every address of the staff's side, for everyone who might ask, at two stores.

`tests/guards/test_routes.py` holds the table and fails when an address has no row in it.
"""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client

from stores.models import Organization, OrganizationKind, OrganizationMembership, Role, Store
from tests.factories import NOW, make_booking, make_store, make_user
from tests.guards.test_routes import MANAGER, METHODS, STAFF, address, of
from tests.waiters import make_waiting

HERE, ELSEWHERE = "corner-shop-niort", "other-shop"
# What somebody learns of an address: nothing before signing in, that it does not exist, that it is not for them.
SIGN_IN_FIRST, UNKNOWN, REFUSED, LET_IN = "sign in first", "unknown", "refused", "let in"
WORDS = {302: SIGN_IN_FIRST, 401: SIGN_IN_FIRST, 404: UNKNOWN, 403: REFUSED}

# What the forms that name somebody or something are sent with.
FORM = {"username": "cleo"}

Who = Callable[[dict[str, Store]], Client]


def stranger(stores: dict[str, Store]) -> Client:
    return Client()


def member(slug: str, role: Role) -> Who:
    def client(stores: dict[str, Store]) -> Client:
        found = Client()
        found.force_login(make_user("ada", store=stores[slug], role=role))
        return found

    return client


def organizer(slug: str) -> Who:
    def client(stores: dict[str, Store]) -> Client:
        organization = Organization.objects.create(
            slug="chain", name="Chain", kind=OrganizationKind.CHAIN, created_at=NOW
        )
        stores[slug].organizations.add(organization)
        user = make_user("ada")
        OrganizationMembership.objects.create(organization=organization, user=user, created_at=NOW)
        found = Client()
        found.force_login(user)
        return found

    return client


# Who asks -> what they learn of the store's staff pages, and of its manager's.
ROLES: dict[str, tuple[Who, str, str]] = {
    "stranger": (stranger, SIGN_IN_FIRST, SIGN_IN_FIRST),
    "staff of the store": (member(HERE, Role.STAFF), LET_IN, REFUSED),
    "manager of the store": (member(HERE, Role.MANAGER), LET_IN, LET_IN),
    "manager of the store's organization": (organizer(HERE), LET_IN, LET_IN),
    "manager of another organization": (organizer(ELSEWHERE), UNKNOWN, UNKNOWN),
    "staff of another store": (member(ELSEWHERE, Role.STAFF), UNKNOWN, UNKNOWN),
    "manager of another store": (member(ELSEWHERE, Role.MANAGER), UNKNOWN, UNKNOWN),
}


@pytest.fixture
def stores() -> dict[str, Store]:
    return {slug: make_store(slug) for slug in (HERE, ELSEWHERE)}


def learned(client: Client, path: str) -> str:
    """Return what somebody learns by asking in every way; what was changed by it is taken back."""
    answers = {}
    for method in METHODS:
        with transaction.atomic():
            answers[method] = ask(client, method, path)
            transaction.set_rollback(True)
    return words_of(client, path, {answer for answer in answers.values() if answer != 405})


def ask(client: Client, method: str, path: str) -> int:
    if path.startswith("/api/") and method != "get":
        return getattr(client, method)(path, data="{}", content_type="application/json").status_code
    return getattr(client, method)(path, **({"data": FORM} if method == "post" else {})).status_code


def words_of(client: Client, path: str, answers: set[int]) -> str:
    if "_auth_user_id" in client.session:  # a redirect leads on, not to the sign-in
        answers = {200 if answer == 302 else answer for answer in answers}
    heard = {WORDS.get(answer, LET_IN) for answer in answers}
    # Who is let in may be told that the thing itself is not there, or not changed so.
    return LET_IN if LET_IN in heard else "/".join(sorted(heard))


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_everyone_learns_what_they_may(stores, role):
    who, of_staff, of_manager = ROLES[role]
    make_user("cleo", store=stores[HERE], role=Role.STAFF)
    booking, waiting = make_booking(stores[HERE]), make_waiting(stores[HERE])
    client = who(stores)
    expected = dict.fromkeys(of(STAFF), of_staff) | dict.fromkeys(of(MANAGER), of_manager)

    found = {
        route: learned(client, address(route, (waiting if "/waiting/" in route else booking).reference))
        for route in expected
    }

    assert found == expected
