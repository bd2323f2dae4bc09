"""Who gets through to what: every address of the staff's side, for everyone who might ask, at two stores.

`tests/guards/routes.py` holds the table; `test_routes.py` fails when an address has no row in it.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone

from booking.models import PIN_ERRORS, CustomerText
from stores.models import (
    LinkInvitation,
    Organization,
    OrganizationKind,
    OrganizationMembership,
    Role,
    SetupChange,
    Store,
)
from tests.devices import make_pin, make_tablet
from tests.factories import NOW, make_booking, make_store, make_user
from tests.guards.routes import MANAGER, METHODS, STAFF, address, of
from tests.waiters import make_waiting

HERE, ELSEWHERE = "corner-shop-niort", "other-shop"
# What somebody learns of an address: nothing before signing in, that it does not exist, that it is not for them.
SIGN_IN_FIRST, UNKNOWN, REFUSED, LET_IN = "sign in first", "unknown", "refused", "let in"
WORDS = {401: SIGN_IN_FIRST, 404: UNKNOWN, 403: REFUSED}

# What the forms that name somebody or something are sent with.
FORM = {"username": "cleo", "device": "7"}
# What a paired tablet is for, and nothing else.
TABLETS = """
    staff/<slug:store>/arrivals/
    staff/<slug:store>/arrivals/data/
    staff/<slug:store>/arrivals/actions/
    staff/<slug:store>/arrivals/app/
    staff/<slug:store>/arrivals/app.webmanifest
    staff/<slug:store>/visits/<str:reference>/check-in/
    staff/<slug:store>/visits/<str:reference>/start/
    staff/<slug:store>/visits/<str:reference>/complete/
    staff/<slug:store>/visits/<str:reference>/no-show/
    staff/<slug:store>/visits/<str:reference>/undo/
    staff/<slug:store>/walk-ins/
    staff/<slug:store>/queue/
    staff/<slug:store>/queue/join/
    staff/<slug:store>/queue/act/
    staff/<slug:store>/display/
"""

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


def tablet(slug: str, **device: Any) -> Who:
    def client(stores: dict[str, Store]) -> Client:
        acting = make_user("ada", store=stores[slug], role=Role.MANAGER)
        return make_tablet(stores[slug], **{"acting": acting, **device})

    return client


# Who asks -> what they learn of what a tablet is for; of all else they learn as strangers do.
TABLET_ROLES: dict[str, tuple[Who, str]] = {
    "tablet of the store": (tablet(HERE), LET_IN),
    "tablet that nobody took over": (tablet(HERE, acting=None), SIGN_IN_FIRST),
    "tablet that was revoked": (tablet(HERE, revoked_at=NOW), REFUSED),
    "tablet of another store": (tablet(ELSEWHERE), UNKNOWN),
}


@pytest.fixture
def stores() -> dict[str, Store]:
    return {slug: make_store(slug) for slug in (HERE, ELSEWHERE)}


def learned(client: Client, path: str) -> str:
    """Return what somebody learns by asking in every way; what was changed by it is taken back."""
    heard = set()
    for method in METHODS:
        with transaction.atomic():
            answer = ask(client, method, path)
            transaction.set_rollback(True)
        if answer.status_code != 405:
            heard.add(word_of(answer))
    # Who is let in may be told that the thing itself is not there, or not changed so.
    return LET_IN if LET_IN in heard else "/".join(sorted(heard))


def ask(client: Client, method: str, path: str) -> HttpResponseBase:
    if path.startswith("/api/") and method != "get":
        return getattr(client, method)(path, data="{}", content_type="application/json")
    return getattr(client, method)(path, **({"data": FORM} if method == "post" else {}))


def word_of(answer: HttpResponseBase) -> str:
    if answer.status_code == 302:
        leads_to_sign_in = answer["Location"].startswith("/staff/sign-in/") or answer["Location"].endswith("/unlock/")
        return SIGN_IN_FIRST if leads_to_sign_in else LET_IN
    return WORDS.get(answer.status_code, LET_IN)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_everyone_learns_what_they_may(stores: dict[str, Store], role) -> None:
    who, of_staff, of_manager = ROLES[role]
    cleo = make_user("cleo", store=stores[HERE], role=Role.STAFF)
    make_pin(cleo, errors=PIN_ERRORS)
    make_tablet(stores[HERE], pk=7)
    CustomerText.objects.create(pk=1, store=stores[HERE], phone="+33612345678", body="?", at=NOW)
    LinkInvitation.objects.create(
        pk=1, store=stores[HERE], user=cleo, name="Dora Test", role=Role.STAFF, language="en", created_at=timezone.now()
    )
    SetupChange.objects.create(pk=1, store=stores[HERE], at=NOW, what="notice", after={"notice": "Closed"})
    booking, waiting = make_booking(stores[HERE]), make_waiting(stores[HERE])
    client = who(stores)
    expected = dict.fromkeys(of(STAFF), of_staff) | dict.fromkeys(of(MANAGER), of_manager)

    found = {
        route: learned(client, address(route, (waiting if "/waiting/" in route else booking).reference))
        for route in expected
    }

    assert found == expected


@pytest.mark.django_db
@pytest.mark.parametrize("role", TABLET_ROLES)
def test_tablet_learns_of_arrivals_alone(stores: dict[str, Store], role) -> None:
    who, of_arrivals = TABLET_ROLES[role]
    booking = make_booking(stores[HERE])
    client = who(stores)
    of_staff = [route for route in of(STAFF, MANAGER) if "/waiting/<" not in route]
    expected = {route: of_arrivals if route in TABLETS.split() else SIGN_IN_FIRST for route in of_staff}

    found = {route: learned(client, address(route, booking.reference)) for route in expected}

    assert found == expected
