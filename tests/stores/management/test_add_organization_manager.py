"""Who manages all stores of an organization is made by a command, and every store's trail says so."""

import io

import pytest
from django.core.management import CommandError, call_command

from booking.accounts.permissions import membership
from booking.refusals import BookingRefused
from stores.models import Organization, OrganizationMembership, SetupChange, Store
from tests.factories import NOW, PASSWORD, make_store, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    store = make_store()
    Organization.objects.create(slug="chain", name="Chain", kind="chain", created_at=NOW).stores.add(store)
    return store


def said(*args: str) -> str:
    out = io.StringIO()
    call_command("add_organization_manager", *args, stdout=out)
    return out.getvalue().strip()


def test_a_new_user_manages_all_stores(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))

    assert said("chain", "ada") == "ada was created, and manages all stores of chain"

    user = OrganizationMembership.objects.get().user
    assert user.check_password(PASSWORD)
    assert membership(user, store.slug).role == "manager"


def test_a_second_run_changes_nothing(store: Store) -> None:
    make_user()

    assert said("chain", "ada") == "ada now manages all stores of chain; the password stays as it was"
    assert said("chain", "ada") == "ada manages all stores of chain already; nothing changed"
    line = SetupChange.objects.get()
    assert (line.store, line.what, line.subject, line.before) == (store, "member", "ada", {})
    assert line.after == {"role": "manager", "organization": "Chain"}


def test_removed_they_reach_no_store_any_more(store: Store) -> None:
    user = make_user()
    said("chain", "ada")

    assert said("chain", "ada", "--remove") == "ada manages the stores of chain no more"

    with pytest.raises(BookingRefused):
        membership(user, store.slug)
    assert SetupChange.objects.count() == 2


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("other", "ada"), "There is no organization 'other'."),
        (("chain", "ada", "--remove"), "'ada' does not manage 'chain'."),
    ],
)
def test_what_is_not_there_is_said(store: Store, args, words) -> None:
    make_user()

    with pytest.raises(CommandError, match=words):
        said(*args)
