"""Members of a store: a new user, or one who works elsewhere too."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from stores.models import Role, Store, StoreMembership
from stores.services import (
    BadValue,
    MembershipResult,
    add_member,
    answer_invitation,
    invitations_of,
)
from tests.stores.services.shop import NOW, make_store

PASSWORD = "correct horse battery staple"
pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return make_store("corner-shop")


def test_new_member_gets_a_user_with_that_password(store: Store) -> None:
    assert (
        add_member(store=store, username="ada", role=Role.MANAGER, password=PASSWORD, now=NOW, user=None)
        == MembershipResult.CREATED
    )
    user = User.objects.get()
    assert (user.username, user.date_joined, user.is_staff, user.is_superuser) == ("ada", NOW, False, False)
    assert user.check_password(PASSWORD)
    assert StoreMembership.objects.values_list("user", "store", "role").get() == (user.pk, store.pk, "manager")


def test_user_joins_one_more_store_with_the_password_as_it_was(store: Store) -> None:
    add_member(store=store, username="ada", role=Role.MANAGER, password=PASSWORD, now=NOW, user=None)
    other = make_store("other")
    assert (
        add_member(store=other, username="ada", role=Role.STAFF, password="another", now=NOW, user=None)
        == MembershipResult.ADDED
    )
    assert User.objects.get().check_password(PASSWORD)
    roles = StoreMembership.objects.order_by("store").values_list("store__slug", "role")
    assert set(roles) == {("corner-shop", "manager"), ("other", "staff")}


def test_member_gets_another_role_in_the_same_store(store: Store) -> None:
    add_member(store=store, username="ada", role=Role.MANAGER, password=PASSWORD, now=NOW, user=None)
    assert (
        add_member(store=store, username="ada", role=Role.STAFF, password=None, now=NOW, user=None)
        == MembershipResult.CHANGED
    )
    assert (
        add_member(store=store, username="ada", role=Role.STAFF, password=None, now=NOW, user=None)
        == MembershipResult.UNCHANGED
    )
    assert StoreMembership.objects.get().role == "staff"


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("ada", "short"),
        ("ada", "password1234"),
        ("margaret-hamilton", "margaret-hamilton"),
        ("a b", PASSWORD),
        ("", PASSWORD),
        ("x" * 151, PASSWORD),
    ],
)
def test_bad_name_or_password_makes_no_user(store: Store, username: str, password: str) -> None:
    with pytest.raises(ValidationError):
        add_member(store=store, username=username, role=Role.STAFF, password=password, now=NOW, user=None)
    assert not User.objects.exists()


@pytest.mark.parametrize("password", [None, ""])
def test_new_user_needs_a_password(store: Store, password: str | None) -> None:
    with pytest.raises(BadValue):
        add_member(store=store, username="ada", role=Role.STAFF, password=password, now=NOW, user=None)
    assert not User.objects.exists()


@pytest.mark.parametrize("spelling", ["ADA", "Ada", "ａｄａ"])
def test_a_name_that_looks_like_another_is_no_new_user(store: Store, spelling: str) -> None:
    ada = User.objects.create_user("ada", password=PASSWORD)

    add_member(store=store, username=spelling, role=Role.STAFF, password=PASSWORD, now=NOW, user=None)

    assert User.objects.get() == ada
    assert store.memberships.get().user == ada


def test_a_manager_who_types_a_name_in_another_case_invites_its_owner(store: Store) -> None:
    ada = User.objects.create_user("ada", password=PASSWORD)
    manager = User.objects.create_user("manager", password=PASSWORD)

    asked = add_member(
        store=store, username="Ada", role=Role.STAFF, password=PASSWORD, now=NOW, user=manager, asks=True
    )

    assert asked == MembershipResult.INVITED
    assert [one.store for one in invitations_of(user=ada, now=NOW)] == [store]
    assert answer_invitation(store=store.slug, user=ada, accepts=True, now=NOW)


def test_an_invitation_that_names_somebody_exactly_is_for_nobody_else(store: Store) -> None:
    ada, twin = (User.objects.create_user(name, password=PASSWORD) for name in ("ada", "Ada"))  # of long ago

    add_member(store=store, username="Ada", role=Role.STAFF, password=None, now=NOW, user=ada, asks=True)

    assert invitations_of(user=ada, now=NOW) == ()
    assert len(invitations_of(user=twin, now=NOW)) == 1
