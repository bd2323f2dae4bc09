"""What staff are told of the waiting room: who waits now, who waits for an opening, nothing where nobody does."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from booking import limits
from booking.waiting_room.door import admit
from stores.queries import WaitingRoom
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _counted_apart(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.REDIS_URL, settings.DATA_DIR, settings.RATE_LIMITS, settings.WAITING_ROOM_PER_MINUTE = (
        "",
        tmp_path,
        True,
        6,
    )
    limits._limiter.cache_clear()
    with time_machine.travel(NOW, tick=False):
        yield
    limits._limiter.cache_clear()


@pytest.fixture
def room(db: None) -> Room:
    room = make_room()
    room.store.has_waiting_room = True
    room.store.save()
    return room


def day_words(room: Room) -> str:
    return page(room.client().get(f"{SHOP}day/")).words


def test_day_tells_how_many_wait_and_how_long(room: Room) -> None:
    assert "waiting room" not in day_words(room)
    for _ in range(10):
        admit(room.store.slug, WaitingRoom(None), now=NOW)

    assert "9 people wait in the waiting room to book, over all stores that have one." in day_words(room)
    assert "Whoever comes now waits about 2 minutes." in day_words(room)


def test_day_tells_how_many_wait_for_bookings_to_open(room: Room) -> None:
    opens_at = NOW + timedelta(hours=1)
    room.store.bookings_open_at = opens_at
    room.store.save()
    admit(room.store.slug, WaitingRoom(opens_at), now=NOW)

    assert "1 person waits for bookings to open." in day_words(room)


def test_arrivals_tell_it_too_as_page_and_as_app(room: Room) -> None:
    client = room.client(room.staff)
    empty = client.get(f"{SHOP}arrivals/data/")
    assert empty.json()["room"] == ""
    for _ in range(10):
        admit(room.store.slug, WaitingRoom(None), now=NOW)

    full = client.get(f"{SHOP}arrivals/data/", headers={"If-None-Match": empty["ETag"]})

    assert full.json()["room"].startswith("9 people wait in the waiting room to book")
    assert "9 people wait in the waiting room to book" in page(client.get(f"{SHOP}arrivals/")).words


def test_app_hears_of_the_waiting_room_once_a_minute(room: Room) -> None:
    client = room.client(room.staff)
    for _ in range(10):
        admit(room.store.slug, WaitingRoom(None), now=NOW)
    known = client.get(f"{SHOP}arrivals/data/")["ETag"]
    admit(room.store.slug, WaitingRoom(None), now=NOW)

    assert client.get(f"{SHOP}arrivals/data/", headers={"If-None-Match": known}).status_code == 304
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert client.get(f"{SHOP}arrivals/data/", headers={"If-None-Match": known}).status_code == 200


def test_store_without_a_waiting_room_is_told_nothing(room: Room) -> None:
    room.store.has_waiting_room = False
    room.store.save()
    for _ in range(10):
        admit("another", WaitingRoom(None), now=NOW)

    assert "waiting room" not in day_words(room)
