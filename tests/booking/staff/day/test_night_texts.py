"""Texts about what the store did at night wait for the morning; one press sends them, and is noted."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine

from booking.models import Booking, BookingEvent, EventKind
from notifications.models import OutboxMessage, State
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, SHOP, Room, act_url, make_room, visit_url
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db

NIGHT = at(23, 30, day=23)
PRESS = "Text now, though it is night"
AFTERNOONS = {f"day_{day}": "14:00-19:00" for day in range(6)}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


def text(booking: Booking, kind: str = "cancellation") -> tuple[datetime, str, str]:
    one = OutboxMessage.objects.get(subject=booking.reference, kind=kind, channel="sms")
    return one.due_at, one.state, one.reason


def test_visit_s_page_sends_its_text_by_one_press(room: Room, clock: time_machine.Traveller) -> None:
    booking = make_booking(room.store)
    clock.move_to(NIGHT)
    client = room.client(room.staff)
    client.post(act_url(booking, "cancel"))
    assert text(booking) == (at(8), State.DUE, "night")
    assert PRESS in page(client.get(visit_url(booking))).words

    pressed = client.post(act_url(booking, "text-now"))

    assert "done=texted" in pressed["Location"]
    assert text(booking) == (NIGHT, State.DUE, "")
    assert "The texts are on their way." in page(client.get(pressed["Location"])).words
    assert PRESS not in page(client.get(visit_url(booking))).words
    event = BookingEvent.objects.get(booking=booking, kind=EventKind.TEXTED_AT_NIGHT)
    assert (event.user, event.at) == (room.staff, NIGHT)


def test_a_second_press_notes_nothing(room: Room, clock: time_machine.Traveller) -> None:
    booking = make_booking(room.store)
    clock.move_to(NIGHT)
    client = room.client()
    client.post(act_url(booking, "cancel"))
    for _press in range(2):
        client.post(act_url(booking, "text-now"))

    assert BookingEvent.objects.filter(kind=EventKind.TEXTED_AT_NIGHT).count() == 1


def test_only_texts_about_what_the_store_did_are_sent(room: Room, clock: time_machine.Traveller) -> None:
    booking = make_booking(room.store, starts_at=at(10, day=30))
    clock.move_to(NIGHT)
    OutboxMessage.objects.filter(kind="reminder", offset="3d").update(reason="night")

    room.client().post(act_url(booking, "text-now"))

    assert not BookingEvent.objects.filter(kind=EventKind.TEXTED_AT_NIGHT).exists()
    assert OutboxMessage.objects.get(offset="3d").reason == "night"


def test_after_a_change_of_hours_at_night_the_manager_sends_them_all(room: Room, clock: time_machine.Traveller) -> None:
    one, other = make_booking(room.store), make_booking(room.store, starts_at=at(11), phone="+33612345602")
    alone = make_booking(room.store, starts_at=at(15), phone="+33612345603")
    clock.move_to(NIGHT)
    client = room.client()
    client.post(act_url(alone, "cancel"))
    done = client.post(f"{SHOP}setup/hours/", AFTERNOONS | {"then": "cancel", "asked": "1"})

    shown = page(client.get(done["Location"]))
    assert "It is night: 2 text messages wait until 08:00." in shown.words
    pressed = client.post(f"{DAY}text-now/", {"visit": [one.reference, other.reference]})

    assert pressed.status_code == 303
    assert [text(booking)[0] for booking in (one, other, alone)] == [NIGHT, NIGHT, at(8)]
    events = BookingEvent.objects.filter(kind=EventKind.TEXTED_AT_NIGHT, user=room.manager)
    assert {event.booking_id for event in events} == {one.pk, other.pk}


def test_visits_of_other_stores_are_left_alone(room: Room, clock: time_machine.Traveller) -> None:
    booking = make_booking(room.store)
    clock.move_to(NIGHT)
    room.client().post(act_url(booking, "cancel"))
    room.client(room.neighbor).post("/staff/next-door-niort/day/text-now/", {"visit": [booking.reference]})

    assert text(booking) == (at(8), State.DUE, "night")


def test_staff_who_change_no_hours_have_no_press_for_all(room: Room, clock: time_machine.Traveller) -> None:
    assert room.client(room.staff).post(f"{DAY}text-now/", {}).status_code == 403


def test_by_day_nothing_waits(room: Room, clock: time_machine.Traveller) -> None:
    booking = make_booking(room.store)
    client = room.client()
    client.post(act_url(booking, "cancel"))

    assert PRESS not in page(client.get(visit_url(booking))).words
