"""Invitations: they count for fourteen days, for one user name, and give nobody less than they may do already."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from stores.models import Role, SetupChange, Store, StoreInvitation
from stores.services.invitations import (
    INVITED_FOR,
    answer_invitation,
    forget_invitations,
    invitations_at,
    invitations_of,
    invite,
    take_back_invitation,
)
from tests.factories import NOW, make_store, make_user

pytestmark = pytest.mark.django_db
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def store() -> Store:
    return make_store()


def role_of(store: Store, username: str) -> str | None:
    return store.memberships.filter(user__username=username).values_list("role", flat=True).first()


def test_invitation_counts_until_its_last_moment_and_is_forgotten_after(store: Store) -> None:
    user = make_user("bea")
    invite(store=store, username="bea", role=Role.STAFF, user=None, now=NOW)
    last, over = NOW + INVITED_FOR - MOMENT, NOW + INVITED_FOR

    assert len(invitations_of(user=user, now=last)) == len(invitations_at(store=store, now=last)) == 1
    assert forget_invitations(now=last) == 0
    assert invitations_of(user=user, now=over) == invitations_at(store=store, now=over) == ()
    assert not answer_invitation(store=store.slug, user=user, accepts=True, now=over)
    assert forget_invitations(now=over) == 1
    assert role_of(store, "bea") is None


def test_invitation_to_a_name_that_nobody_has_yet_is_for_whoever_gets_it(store: Store) -> None:
    invite(store=store, username="bea", role=Role.STAFF, user=None, now=NOW)
    near, bea = make_user("bea2"), make_user("bea")

    assert not answer_invitation(store=store.slug, user=near, accepts=True, now=NOW)
    assert answer_invitation(store=store.slug, user=bea, accepts=True, now=NOW)
    assert (role_of(store, "bea2"), role_of(store, "bea")) == (None, Role.STAFF)


def test_manager_who_accepts_to_be_staff_stays_manager(store: Store) -> None:
    user = make_user("bea", store=store)
    invite(store=store, username="bea", role=Role.STAFF, user=None, now=NOW)

    assert answer_invitation(store=store.slug, user=user, accepts=True, now=NOW)

    assert role_of(store, "bea") == Role.MANAGER
    assert SetupChange.objects.latest("pk").after == {"role": Role.MANAGER}


def test_second_invitation_takes_the_place_of_the_first(store: Store) -> None:
    user = make_user("bea")
    for days, role in ((0, Role.STAFF), (10, Role.MANAGER)):
        invite(store=store, username="bea", role=role, user=None, now=NOW + timedelta(days=days))

    (found,) = invitations_of(user=user, now=NOW + INVITED_FOR)

    assert found.role == Role.MANAGER


def test_store_takes_back_its_own_invitation_alone(store: Store) -> None:
    other = make_store("other")
    invite(store=other, username="bea", role=Role.STAFF, user=None, now=NOW)

    assert not take_back_invitation(store=store, username="bea", user=None, now=NOW)
    assert take_back_invitation(store=other, username="bea", user=None, now=NOW)
    assert not StoreInvitation.objects.exists()


def test_impossible_name_is_refused_before_anything_is_kept(store: Store) -> None:
    with pytest.raises(ValidationError):
        invite(store=store, username="no such name", role=Role.STAFF, user=None, now=NOW)

    assert not StoreInvitation.objects.exists()
    assert not SetupChange.objects.filter(what="member").exists()


@pytest.mark.parametrize(("invited", "name"), [("BEA", "bea"), ("ZOÉ", "zoé"), ("zoé", "Zoé")])
def test_invitation_in_another_case_is_for_the_same_person(store: Store, invited: str, name: str) -> None:
    user, other = make_user(name), make_user("zoe")
    invite(store=store, username=invited, role=Role.STAFF, user=None, now=NOW)

    assert [one.username for one in invitations_of(user=user, now=NOW)] == [invited]
    assert invitations_of(user=other, now=NOW) == ()
    assert answer_invitation(store=store.slug, user=user, accepts=True, now=NOW)
    assert role_of(store, name) == Role.STAFF
