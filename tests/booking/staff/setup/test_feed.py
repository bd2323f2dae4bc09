from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.booking.reading import markup, page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW

pytestmark = pytest.mark.django_db

SETUP = f"{SHOP}setup/"
FEED = f"{SETUP}feed/"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def feed_url(response: Any) -> str:
    """Return the address on the page."""
    return str(markup(response).partition('readonly value="')[2].partition('"')[0])


def test_a_new_address_ends_the_old_one_and_ending_ends_it(client: Client, room: Room) -> None:
    manager = room.client()
    first = feed_url(manager.post(FEED, {"what": "new"}))
    assert first.startswith("http://127.0.0.1:8000/calendars/")
    path = first.removeprefix("http://127.0.0.1:8000")
    assert client.get(path).status_code == 200
    again = page(manager.get(FEED))
    assert path not in again.words
    assert "There is an address already. A new one ends it." in again.words

    second = feed_url(manager.post(FEED, {"what": "new"})).removeprefix("http://127.0.0.1:8000")

    assert (client.get(path).status_code, client.get(second).status_code) == (404, 200)
    assert manager.post(FEED, {"what": "end"})["Location"] == f"{SETUP}?done=feed#feed"
    assert client.get(second).status_code == 404


def test_each_desk_has_an_address_of_its_own(client: Client) -> None:
    room = make_room(desks=("front", "back"))
    manager = room.client()
    path = feed_url(manager.post(FEED, {"what": "new", "desk": "back"})).removeprefix("http://127.0.0.1:8000")

    assert path.startswith("/calendars/desk/")
    assert client.get(path).status_code == 200
    shown = page(manager.get(FEED)).words
    assert path not in shown
    assert "Make a new address , Back" in shown
    assert "Make an address , Front" in shown
    assert manager.post(FEED, {"what": "new", "desk": "elsewhere"}).status_code == 404
    assert manager.post(FEED, {"what": "end", "desk": "back"}).status_code == 303
    assert client.get(path).status_code == 404
