"""Whom no message reaches stands under "To phone" on the day, until somebody taps that they phoned."""

from collections.abc import Iterator

import pytest
import time_machine

from booking.bookings.lifecycle import cancel_booking
from booking.models import Booking, BookingEvent
from booking.who import Who
from notifications import sms_recipients
from notifications.models import OutboxMessage, State
from notifications.tasks import deliver_due
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, Room, act_url, make_room
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


def board(room: Room) -> str:
    return page(room.client(room.staff).get(DAY, {"date": "2026-11-24"})).words


def unreached(room: Room, **fields: object) -> Booking:
    booking = make_booking(room.store, phone="+33612345678", **fields)  # type: ignore[arg-type]
    OutboxMessage.objects.filter(subject=booking.reference).update(state=State.SKIPPED, reason="budget")
    return booking


def test_whoever_no_text_reached_is_to_phone_until_somebody_did(room: Room, clock: time_machine.Traveller) -> None:
    booking = unreached(room)
    assert "To phone These customers do not know what they should know" in board(room)
    assert "the store’s texts of the day are used up. Please phone." in board(room)
    clock.shift(60)

    done = room.client(room.staff).post(act_url(booking, "phoned"))

    assert done.status_code == 303
    assert "To phone" not in board(room)
    assert BookingEvent.objects.get(booking=booking, kind="phoned").user == room.staff


def test_a_cancelled_visit_of_somebody_who_wants_no_texts_is_to_phone(room: Room) -> None:
    booking = make_booking(room.store, phone="+33612345678")
    sms_recipients.opt_out(booking.phone, now=NOW)
    deliver_due()
    assert "To phone" not in board(room)  # they know: they booked it themselves

    cancel_booking(booking_id=booking.pk, who=Who.staff(room.staff, NOW))
    deliver_due()

    assert "To phone" in board(room)
    assert "not sent, as this person wants no text messages. Please phone." in board(room)


def test_new_trouble_after_the_call_stands_there_again(room: Room, clock: time_machine.Traveller) -> None:
    booking = unreached(room)
    clock.shift(60)
    room.client(room.staff).post(act_url(booking, "phoned"))
    clock.shift(60)

    OutboxMessage.objects.filter(subject=booking.reference, kind="confirmation").update(
        state=State.FAILED, reason="filtered", updated_at=NOW.replace(minute=5)
    )

    assert "To phone" in board(room)


def test_nobody_is_to_phone_once_the_visit_has_begun(room: Room, clock: time_machine.Traveller) -> None:
    unreached(room)
    clock.move_to(at(10, 1))

    assert "To phone" not in board(room)


def test_a_customer_told_by_email_is_not_to_phone(room: Room) -> None:
    booking = unreached(room, email="ada@example.org")
    OutboxMessage.objects.filter(subject=booking.reference, channel="email").update(state=State.SENT, reason="")
    OutboxMessage.objects.filter(subject=booking.reference, kind="reminder").delete()

    assert "Please phone" not in board(room)
