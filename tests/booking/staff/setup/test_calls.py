"""The number at which calls are answered by keys: off without one, one store a number."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW, make_store

pytestmark = pytest.mark.django_db

CALLS = f"{SHOP}setup/calls/"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def test_number_switches_it_on_and_its_absence_off(room: Room) -> None:
    client = room.client()

    assert client.post(CALLS, {"keypad_phone": "09 70 00 00 01"}).status_code == 303
    room.store.refresh_from_db()
    assert room.store.keypad_phone == "+33970000001"
    assert page(client.get(CALLS)).forms[""]["keypad_phone"] == "09 70 00 00 01"

    client.post(CALLS, {"keypad_phone": "", "was_keypad_phone": "09 70 00 00 01"})
    room.store.refresh_from_db()
    assert room.store.keypad_phone == ""


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("05 49 24 00 39", "the store's own phone"),
        ("09 70 00 00 02", "Another store answers"),
        ("12", "Enter a phone number"),
    ],
)
def test_number_that_cannot_work_is_refused_and_stays_typed(room: Room, number: str, why: str) -> None:
    make_store("other-shop", keypad_phone="+33970000002")
    answer = room.client().post(CALLS, {"keypad_phone": number})

    assert answer.status_code == 400
    assert why in page(answer).words
    assert page(answer).forms[""]["keypad_phone"] == number
    room.store.refresh_from_db()
    assert room.store.keypad_phone == ""


def test_page_says_where_the_provider_asks_and_warns_without_a_phone(room: Room) -> None:
    assert "/webhooks/twilio/voice" in page(room.client().get(CALLS)).words
    room.store.phone = ""
    room.store.save()

    assert "key 0 would reach nobody" in page(room.client().get(CALLS)).words
