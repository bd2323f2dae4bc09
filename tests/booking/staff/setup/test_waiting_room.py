"""The switch of the waiting room: off at first, in the trail, with an opening by the store's clock."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from stores.models import SetupChange
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW

pytestmark = pytest.mark.django_db
SETUP = f"{SHOP}setup/"
ROOM = f"{SETUP}waiting-room/"
ON = {"has_waiting_room": "on", "bookings_open_at": ""}
OPENING = {"has_waiting_room": "on", "bookings_open_at": "2026-12-07T09:00"}


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room(db) -> Room:
    return make_room()


def test_it_is_off_until_a_manager_switches_it_on(room: Room) -> None:
    client = room.client()
    assert "has_waiting_room" not in page(client.get(ROOM)).forms[""]
    assert "Nobody waits to book, however many come." in page(client.get(SETUP)).words

    response = client.post(ROOM, ON)

    room.store.refresh_from_db()
    assert response["Location"] == f"{SETUP}?done=waiting_room#waiting_room"
    assert (room.store.has_waiting_room, room.store.bookings_open_at) == (True, None)
    assert "When too many want to book at once, they wait in order." in page(client.get(SETUP)).words
    assert "Up to 600 people a minute begin to book at once" in page(client.get(ROOM)).words


def test_the_opening_is_by_the_store_s_clock_and_stands_in_the_trail(room: Room) -> None:
    client = room.client()

    client.post(ROOM, OPENING)

    room.store.refresh_from_db()
    line = SetupChange.objects.get(what="waiting_room")
    assert room.store.bookings_open_at == datetime(2026, 12, 7, 8, tzinfo=UTC)
    assert line.after == {"has_waiting_room": True, "bookings_open_at": "2026-12-07 09:00"}
    assert page(client.get(ROOM)).forms[""]["bookings_open_at"] == "2026-12-07T09:00"
    words = page(client.get(SETUP)).words.replace("\N{NO-BREAK SPACE}", " ")
    assert "Bookings open: Monday 7 December 2026, 09:00" in words


def test_an_opening_that_is_over_may_stay(room: Room) -> None:
    client = room.client()
    client.post(ROOM, OPENING)

    with time_machine.travel(datetime(2026, 12, 8, 8, tzinfo=UTC), tick=False):
        client = room.client()
        assert client.post(ROOM, OPENING).status_code == 303


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({**ON, "bookings_open_at": "2026-11-23T08:00"}, "This time is over. Choose one to come."),
        ({**ON, "bookings_open_at": "2027-03-28T02:30"}, "This day or this time does not exist."),
        ({**ON, "bookings_open_at": "0001-01-01T00:00"}, "This day or this time does not exist."),
        ({**ON, "bookings_open_at": "9999-12-31T23:59"}, "This day or this time does not exist."),
        ({**ON, "bookings_open_at": "soon"}, "This day or this time does not exist."),
        (
            {"bookings_open_at": "2026-12-07T09:00"},
            "Customers wait for the opening in the waiting room: switch it on.",
        ),
    ],
    ids=["over", "skipped", "first", "last", "unread", "off"],
)
def test_what_cannot_be_is_refused(room: Room, sent: dict[str, str], words: str) -> None:
    response = room.client().post(ROOM, sent)

    room.store.refresh_from_db()
    assert response.status_code == 400
    assert words in page(response).words
    assert not room.store.has_waiting_room


def test_switching_it_off_takes_the_opening_back(room: Room) -> None:
    client = room.client()
    client.post(ROOM, OPENING)

    client.post(ROOM, {"bookings_open_at": ""})

    room.store.refresh_from_db()
    assert (room.store.has_waiting_room, room.store.bookings_open_at) == (False, None)
