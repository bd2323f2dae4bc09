"""A member leaves or does less, but never the last manager."""

import pytest
from django.contrib.auth.models import User

from stores.models import Role, Store, StoreMembership
from stores.services import BadValue, add_member, remove_member
from tests.factories import NOW, make_store, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    store = make_store()
    make_user("manager", store=store)
    make_user("staff", store=store, role=Role.STAFF)
    return store


def test_a_member_leaves_and_the_user_stays_at_other_stores(store: Store) -> None:
    other = make_store("other")
    StoreMembership.objects.create(store=other, user=store.memberships.get(user__username="staff").user, role="staff")

    assert remove_member(store=store, username="staff", user=None, now=NOW)
    assert not remove_member(store=store, username="staff", user=None, now=NOW)

    assert list(StoreMembership.objects.filter(user__username="staff").values_list("store__slug", flat=True)) == [
        "other"
    ]


def test_the_last_manager_who_can_sign_in_stays(store: Store) -> None:
    gone = make_user("gone", store=store)
    gone.is_active = False
    gone.save()

    with pytest.raises(BadValue) as refused:
        remove_member(store=store, username="manager", user=None, now=NOW)
    assert (refused.value.field, refused.value.code) == ("username", "last_one")

    make_user("second", store=store)
    assert remove_member(store=store, username="manager", user=None, now=NOW)


def test_the_last_manager_is_made_staff_by_nobody_but_who_runs_the_server(store: Store) -> None:
    manager = store.memberships.get(user__username="manager").user

    def demote(user: User | None) -> None:
        add_member(store=store, username="manager", role=Role.STAFF, password=None, user=user, now=NOW)

    with pytest.raises(BadValue) as refused:
        demote(manager)
    assert (refused.value.field, refused.value.code) == ("role", "last_one")

    second = make_user("second", store=store)
    demote(second)
    assert store.memberships.get(user=manager).role == Role.STAFF
    add_member(store=store, username="second", role=Role.STAFF, password=None, user=None, now=NOW)
    assert not store.memberships.filter(role=Role.MANAGER).exists()
