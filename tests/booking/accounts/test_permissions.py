"""A store is open to its members and to whoever manages one of its organizations, and to nobody else."""

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from booking.accounts.permissions import (
    is_manager,
    member_booking,
    membership,
    memberships,
    organization_access,
    organization_memberships,
    own_memberships,
)
from booking.refusals import BookingRefused, Refusal
from stores.models import Organization, OrganizationMembership, Role, Store, StoreMembership
from tests.factories import NOW, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return make_store()


@pytest.fixture
def chain(store: Store) -> Organization:
    chain = Organization.objects.create(slug="chain", name="Chain", kind="chain", created_at=NOW)
    chain.stores.add(store)
    return chain


@pytest.fixture
def user(chain: Organization) -> User:
    user = make_user()
    OrganizationMembership.objects.create(organization=chain, user=user, created_at=NOW)
    return user


def test_who_manages_the_organization_manages_its_store(
    store: Store, user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        access = membership(user, store.slug, need=Role.MANAGER)

    assert (access.store, access.role) == (store, "manager")
    assert is_manager(user, store)


def test_who_manages_two_organizations_of_a_store_meets_it_once(store: Store, user: User) -> None:
    town = Organization.objects.create(slug="town", name="Town", kind="town", created_at=NOW)
    town.stores.add(store)
    OrganizationMembership.objects.create(organization=town, user=user, created_at=NOW)

    assert [(one.store, one.role) for one in memberships(user)] == [(store, "manager")]
    assert [one.slug for one in organization_memberships(user)] == ["chain", "town"]


def test_the_organization_outweighs_being_staff_at_the_store(store: Store, user: User) -> None:
    StoreMembership.objects.create(store=store, user=user, role=Role.STAFF)

    assert membership(user, store.slug).role == "manager"
    assert [(one.store, one.role) for one in own_memberships(user)] == [(store, "manager")]


def test_stores_outside_the_organization_stay_unknown(user: User) -> None:
    other = make_store("other")
    booking = make_booking(other)

    for ask in (lambda: membership(user, "other"), lambda: member_booking(user, booking.reference)):
        with pytest.raises(BookingRefused) as refused:
            ask()
        assert refused.value.reason == Refusal.NOT_FOUND
    assert not is_manager(user, other)


def test_a_visit_is_open_to_who_manages_the_organization(
    store: Store, user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    booking = make_booking(store)

    with django_assert_num_queries(1):
        found = member_booking(user, booking.reference, need=Role.MANAGER)

    assert found == booking


def test_a_store_that_leaves_the_organization_is_closed_at_once(store: Store, user: User, chain: Organization) -> None:
    chain.stores.remove(store)

    with pytest.raises(BookingRefused):
        membership(user, store.slug)
    assert memberships(user) == []


def test_staff_of_a_store_do_not_see_its_organization(store: Store, chain: Organization) -> None:
    member = make_user("cleo", store=store, role=Role.MANAGER)

    with pytest.raises(BookingRefused) as refused:
        organization_access(member, chain.slug)
    assert refused.value.reason == Refusal.NOT_FOUND


def test_the_members_of_many_stores_are_listed_with_one_statement(
    user: User, chain: Organization, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    chain.stores.add(*(make_store(f"shop-{number}") for number in range(3)))

    with django_assert_num_queries(1):
        assert len(memberships(user)) == 4
