from collections.abc import Iterator

import pytest
import time_machine

from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db

SETUP = f"{SHOP}setup/"
RULES = f"{SETUP}rules/"
NOTICE = f"{SETUP}notice/"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def rules(**typed: str) -> dict[str, str]:
    return {
        "slot_minutes": "15",
        "capacity_counts": "people",
        "minimum_notice_minutes": "60",
        "booking_horizon_days": "28",
        "change_until_minutes": "120",
        "open_bookings_per_customer": "2",
        "keep_days": "90",
        **typed,
    }


def test_the_rules_are_changed(room: Room) -> None:
    response = room.client().post(RULES, rules(slot_minutes="20", capacity_counts="visits", keep_days="30"))

    room.store.refresh_from_db()
    assert response["Location"] == f"{SETUP}?done=rules#rules"
    assert (room.store.slot_minutes, room.store.capacity_counts, room.store.keep_days) == (20, "visits", 30)


def test_another_length_of_slots_asks_about_visits_across_the_new_ones(room: Room) -> None:
    make_booking(room.store)
    across = make_booking(room.store, starts_at=at(10, 15), name="Bea Test", phone="+33612345602")

    asked = room.client().post(RULES, rules(slot_minutes="20"))

    words = page(asked).words
    assert asked.status_code == 409
    assert "1 visit no longer fits. Nothing has been changed yet." in words
    assert "Visit lasts 20 minutes from now on. What is booked stays as long as it was." in words
    assert "Advice lasts 40 minutes from now on." in words
    assert "Bea Test" in words
    assert "Ada Test" not in words
    sent = room.client().post(RULES, rules(slot_minutes="20", asked="1", then="keep"))
    assert sent.status_code == 303
    across.refresh_from_db()
    room.store.refresh_from_db()
    assert (across.starts_at, room.store.slot_minutes) == (at(10, 15), 20)
    shown = page(room.client().get(f"{SHOP}day/", {"date": "2026-11-24"})).words
    assert "10:15 Between two times Bea Test" in shown
    assert "Outside the opening hours" not in shown


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"slot_minutes": "4"}, "Enter a whole number from 5 to 480."),
        ({"slot_minutes": ""}, "Enter a whole number from 5 to 480."),
        ({"booking_horizon_days": "367"}, "Enter a whole number from 1 to 366."),
        ({"minimum_notice_minutes": "-1"}, "Enter a whole number from 0 to 43200."),
        ({"capacity_counts": "chairs"}, "Choose what a place is for."),
    ],
)
def test_rules_that_cannot_be_kept_are_named(room: Room, typed: dict[str, str], sentence: str) -> None:
    response = room.client().post(RULES, rules(**typed))

    assert response.status_code == 400
    assert sentence in page(response).words


def test_the_notice_is_changed_and_taken_away(room: Room) -> None:
    client = room.client()

    client.post(NOTICE, {"notice": "Back door only <today>"})
    assert "Back door only <today>" in page(client.get(SETUP)).words
    client.post(NOTICE, {"notice": ""})

    room.store.refresh_from_db()
    assert room.store.notice == ""


def test_a_notice_of_several_pages_is_refused_and_kept(room: Room) -> None:
    response = room.client().post(NOTICE, {"notice": "x" * 301})

    assert response.status_code == 400
    assert page(response).forms[""]["notice"] == "x" * 301
