"""The caller form after the day was changed: what is booked is what the form shows."""

from collections.abc import Iterator

import pytest
import time_machine

from booking.models import Booking
from tests.booking.reading import page
from tests.booking.staff.day.test_caller import BOOK, CALLER, TEN
from tests.booking.staff.staff_room import Room, make_room
from tests.factories import NOW

pytestmark = pytest.mark.django_db

WEDNESDAY = "2026-11-25"
TEN_ON_WEDNESDAY = "2026-11-25T10:00:00+01:00"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


@pytest.mark.parametrize("shown", [{}, {"shown": "2026-11-24"}])
def test_a_time_of_the_day_shown_before_is_not_booked_on_it(room: Room, shown: dict[str, str]) -> None:
    response = room.client().post(BOOK, CALLER | shown | {"date": WEDNESDAY})

    shown_now = page(response)
    assert response.status_code == 400
    assert Booking.objects.count() == 0
    assert "Choose a time on Wednesday 25 November." in shown_now.words
    assert (shown_now.forms[BOOK]["date"], shown_now.forms[BOOK]["shown"]) == (WEDNESDAY, WEDNESDAY)
    assert (shown_now.forms[BOOK]["name"], shown_now.forms[BOOK]["note"]) == ("Ada Test", "Second floor")
    assert TEN_ON_WEDNESDAY in response.content.decode()
    assert TEN not in response.content.decode()


def test_the_time_chosen_next_is_booked_on_the_day_shown(room: Room) -> None:
    client = room.client()
    again = page(client.post(BOOK, CALLER | {"date": WEDNESDAY, "shown": "2026-11-24"})).forms[BOOK]

    response = client.post(BOOK, CALLER | again | {"starts_at": TEN_ON_WEDNESDAY, "visit_type": "visit"})

    assert response.status_code == 303
    assert str(Booking.objects.get().visit_date) == WEDNESDAY


def test_a_near_time_of_another_day_is_booked_as_it_was_shown(room: Room) -> None:
    """The nearest free times stand with their own day: choosing one is no slip."""
    response = room.client().post(BOOK, CALLER | {"shown": "2026-11-24", "starts_at": TEN_ON_WEDNESDAY})

    assert response.status_code == 303
    assert str(Booking.objects.get().visit_date) == WEDNESDAY


def test_the_times_shown_name_their_day_in_the_form(room: Room) -> None:
    form = page(room.client().get(BOOK, {"date": WEDNESDAY})).forms[BOOK]

    assert (form["date"], form["shown"]) == (WEDNESDAY, WEDNESDAY)
