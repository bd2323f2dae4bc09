"""What the form for a caller says of a day without a free time, and the first one that is free."""

from collections.abc import Iterator
from datetime import date, time

import pytest
import time_machine

from stores.models import Desk, DeskHours, Slot, SpecialHours
from tests.booking.reading import page
from tests.booking.staff.staff_room import Room, make_room
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db
BOOK = "/staff/corner-shop-niort/day/book/"
TUESDAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


def words(room: Room, day: date = TUESDAY, **asked: str) -> str:
    return page(room.client().get(BOOK, {"date": day.isoformat(), **asked})).words


def open_for(room: Room, opens: time, closes: time) -> None:
    SpecialHours.objects.create(store=room.store, date=TUESDAY, opens=opens, closes=closes)


def test_closed_day(room: Room) -> None:
    SpecialHours.objects.create(store=room.store, date=TUESDAY)
    shown = words(room)
    assert "The store is closed on this day." in shown
    assert "The first free time Wednesday 25 November, 09:00" in shown


def test_full_day(room: Room) -> None:
    open_for(room, time(10), time(10, 15))
    make_booking(room.store, party_size=2)
    assert "Every time of this day is taken." in words(room)


def test_day_whose_times_are_all_closed(room: Room) -> None:
    open_for(room, time(10), time(10, 15))
    desk = room.store.desks.get()
    Slot.objects.create(store=room.store, desk=desk, starts_at=at(10), ends_at=at(10, 15), capacity=0)
    assert "All times of this day are closed." in words(room)


def test_day_too_short_for_the_visit(room: Room) -> None:
    open_for(room, time(10), time(10, 15))
    assert "The hours of this day are too short for this visit." in words(room, visit_type="advice")


def test_past_day_and_one_too_far_ahead(room: Room) -> None:
    assert "This day is over." in words(room, date(2026, 11, 20))
    assert "This day is too far ahead: visits can be booked up to Monday 21 December." in words(room, date(2027, 1, 5))


def test_rest_of_today(room: Room, clock: time_machine.Traveller) -> None:
    clock.move_to(at(18, 50, day=23))
    shown = words(room, date(2026, 11, 23))
    assert "No more times on this day." in shown
    assert "The first free time Tuesday 24 November, 09:00" in shown


def test_desk_that_does_not_serve(room: Room) -> None:
    desk = Desk.objects.create(store=room.store, slug="samir", name="Samir", capacity=1, position=1)
    DeskHours.objects.create(desk=desk, weekday=2, opens=time(14), closes=time(16))
    shown = words(room, desk="samir")
    assert "Samir does not serve on this day." in shown
    assert "The first free time Wednesday 25 November, 14:00" in shown


def test_party_too_large(room: Room) -> None:
    assert "This is more people than one visit of this kind may have." in words(room, party_size="9")
