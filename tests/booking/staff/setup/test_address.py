from collections.abc import Iterator

import pytest
import time_machine

from stores.models import Role, SetupChange, Store
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db

SETUP = f"{SHOP}setup/"
ADDRESS = f"{SETUP}address/"
TYPED = {
    "name": "Corner Shop by the Bridge",
    "street": "3 rue du Pont",
    "postal_code": "79500",
    "town": "Melle",
    "latitude": "46,2221",
    "longitude": "-0.1433",
}


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def test_name_and_address_are_changed_and_customers_read_and_find_them(room: Room) -> None:
    client = room.client()
    slug, version = room.store.slug, room.store.hours_version

    response = client.post(ADDRESS, page(client.get(ADDRESS)).forms[""] | TYPED)

    room.store.refresh_from_db()
    assert response["Location"] == f"{SETUP}?done=address#address"
    assert (room.store.slug, room.store.name, room.store.town) == (slug, "Corner Shop by the Bridge", "Melle")
    assert (room.store.latitude, room.store.longitude) == (46.2221, -0.1433)
    assert room.store.hours_version > version
    shown = page(client.get(f"/s/{slug}/")).words
    assert "Corner Shop by the Bridge" in shown
    assert "3 rue du Pont" in shown
    found = client.get("/api/v1/stores", {"q": "bridge"}).json()["results"]
    assert [one["slug"] for one in found] == [slug]
    assert client.get("/api/v1/stores", {"town": "Niort"}).json()["results"] == []
    assert page(client.get(ADDRESS)).forms[""]["latitude"] == "46.2221"


def test_the_trail_says_what_it_was_and_imports_keep_it(room: Room) -> None:
    client = room.client()
    shown = page(client.get(ADDRESS)).forms[""]

    client.post(ADDRESS, shown | {"street": "3 rue du Pont"})

    change = SetupChange.objects.get(what="address")
    assert (change.username, list(change.after)) == (room.manager.username, ["street"])
    room.store.refresh_from_db()
    assert room.store.own_address == ["street"]


def test_saving_without_a_change_makes_nothing_the_store_s_own(room: Room) -> None:
    client = room.client()
    before = Store.objects.values().get(pk=room.store.pk)

    assert client.post(ADDRESS, page(client.get(ADDRESS)).forms[""]).status_code == 303

    assert Store.objects.values().get(pk=room.store.pk) == before


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("name", " \u3164 ", "Enter a name."),
        ("name", "a" * 256, "This is too long. Please shorten it."),
        ("postal_code", "7" * 21, "This is too long. Please shorten it."),
        ("latitude", "", "Enter degrees such as 46.3231, and -0.4588 for the west."),
        ("latitude", "91", "Enter degrees such as 46.3231, and -0.4588 for the west."),
        ("latitude", "nan", "Enter degrees such as 46.3231, and -0.4588 for the west."),
        ("longitude", "-180.1", "Enter degrees such as 46.3231, and -0.4588 for the west."),
        ("longitude", "west", "Enter degrees such as 46.3231, and -0.4588 for the west."),
    ],
)
def test_what_cannot_be_used_is_named_and_kept(room: Room, field: str, text: str, sentence: str) -> None:
    response = room.client().post(ADDRESS, TYPED | {field: text})

    read = page(response)
    assert response.status_code == 400
    assert read.links[f"#id_{field}"] == sentence
    assert read.forms[""]["street"] == "3 rue du Pont"
    room.store.refresh_from_db()
    assert room.store.town == "Niort"


def test_staff_without_the_right_cannot_change_it(room: Room) -> None:
    assert room.client(make_user("cleo", store=room.store, role=Role.STAFF)).post(ADDRESS, TYPED).status_code in (
        403,
        404,
    )
