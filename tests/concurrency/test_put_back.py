"""Changes that are put back at once: each one time, and never so that no manager is left."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from stores.models import Role, SetupChange, Store, StoreMembership
from stores.services import add_member, save_notice
from tests.factories import NOW, make_store, make_user
from tests.threads import at_once


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def press(store: Store, user: User, change: SetupChange) -> Callable[[], int]:
    """Return the press by which a user puts a change back; it returns the status of the answer."""
    client = Client()
    client.force_login(user)
    address = f"/staff/{store.slug}/setup/changes/{change.pk}/put-back/"
    return lambda: client.post(address).status_code


def test_a_change_pressed_twice_is_put_back_once(transactional_db: None) -> None:
    store = make_store()
    user = make_user(store=store)
    save_notice(store=store, notice="Closed for works", user=user, now=NOW)
    change = SetupChange.objects.get()

    results = at_once([press(store, user, change) for _number in range(4)])

    assert sorted(results) == [303, 409, 409, 409]
    assert SetupChange.objects.count() == 2


def test_two_managers_who_put_each_other_back_leave_one(transactional_db: None) -> None:
    store = make_store()
    users = [make_user(name, store=store, role=Role.STAFF) for name in ("ada", "bea")]
    for user in users:
        add_member(store=store, username=user.username, role=Role.MANAGER, password=None, user=None, now=NOW)
    promoted = {line.subject: line for line in SetupChange.objects.filter(what="member", before={"role": "staff"})}

    results = at_once([press(store, users[0], promoted["bea"]), press(store, users[1], promoted["ada"])])

    assert sorted(results) == [303, 409]
    assert StoreMembership.objects.filter(store=store, role=Role.MANAGER).count() == 1
