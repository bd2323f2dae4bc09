from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from booking.models import ApiKey
from booking.store_setup.change_labels import value_in_words
from stores.models import Organization, OrganizationMembership
from tests.booking.reading import markup, page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW

pytestmark = pytest.mark.django_db

KEYS = f"{SHOP}setup/keys/"
TILL = {"name": "Till", "scopes": ["read:day", "write:bookings"], "days": "90"}


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def test_key_is_made_shown_once_and_ended(client: Client, room: Room) -> None:
    manager = room.client()
    answer = markup(manager.post(KEYS, TILL))
    key = answer.partition('readonly value="')[2].partition('"')[0]
    asked = {"headers": {"Authorization": f"Bearer {key}"}}
    assert client.get(f"/api/v1{SHOP.replace('/staff/', '/staff/stores/')}day", **asked).status_code == 200  # type: ignore[arg-type]

    shown = page(manager.get(KEYS)).words
    assert key not in shown
    assert "Till Read the visits of a day, with names and phone numbers Book, move and cancel visits" in shown
    assert "until Sunday 21 February 2027 · last used Monday 23 November, 09:00" in shown
    ended = manager.post(KEYS, {"what": "end", "key": ApiKey.objects.get().pk})
    assert ended["Location"] == f"{KEYS}?done=ended"
    assert "No program has a key." in page(manager.get(KEYS)).words


def test_form_says_what_is_missing(room: Room) -> None:
    answer = room.client().post(KEYS, {"name": "", "days": "7"})

    assert answer.status_code == 400
    words = page(answer).words
    assert "Give the program a name." in words
    assert "Choose what it may do." in words
    assert not ApiKey.objects.exists()


def test_manager_of_an_organization_makes_a_key_for_all_its_stores(room: Room) -> None:
    chain = Organization.objects.create(slug="chain", name="Chain", kind="chain", created_at=NOW)
    room.store.organizations.add(chain)
    manager = room.client()
    assert "At which stores?" not in page(manager.get(KEYS)).words
    assert manager.post(KEYS, {**TILL, "reach": "chain"}).status_code == 200
    assert ApiKey.objects.get().store == room.store
    OrganizationMembership.objects.create(organization=chain, user=room.manager, created_at=NOW)
    assert "All stores of Chain" in page(manager.get(KEYS)).words
    manager.post(KEYS, {**TILL, "reach": "chain"})

    key = ApiKey.objects.get(organization=chain)
    OrganizationMembership.objects.all().delete()
    assert "All stores of Chain" in page(manager.get(KEYS)).words
    assert manager.post(KEYS, {"what": "end", "key": key.pk}).status_code == 404


@pytest.mark.parametrize("key", ["x", "9" * 30, "7", ""])
def test_unknown_keys_are_not_found(room: Room, key) -> None:
    assert room.client().post(KEYS, {"what": "end", "key": key}).status_code == 404


def test_the_trail_says_in_words_what_a_key_may_do(room: Room) -> None:
    room.client().post(KEYS, TILL)

    words = page(room.client().get(f"{SHOP}setup/changes/", headers={"accept-language": "fr"})).words

    assert "read:day" not in words
    assert value_in_words("scopes", ["read:day"]) == "Read the visits of a day, with names and phone numbers"
