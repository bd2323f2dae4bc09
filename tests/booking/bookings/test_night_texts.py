"""What staff change at night is texted in the morning, unless the visit is sooner or they want it texted at once."""

from datetime import datetime, time

import pytest

from booking.bookings.lifecycle import cancel_booking
from booking.bookings.message_plan import AT_NIGHT
from booking.bookings.rescheduling import reschedule
from booking.models import Booking, Source
from booking.sending_times import MessagePlan, text_goes_at, text_valid_until
from booking.who import Who
from notifications.models import OutboxMessage
from tests.factories import NOW, PARIS, at, make_booking, make_store

pytestmark = pytest.mark.django_db

NIGHT, MORNING = at(23, 30, day=23), at(8, day=24)


@pytest.fixture
def booking() -> Booking:
    return make_booking(make_store(), email="ada@example.org")


def due(booking: Booking, kind: str) -> dict[str, tuple[datetime, str]]:
    messages = OutboxMessage.objects.filter(subject=booking.reference, kind=kind)
    return {message.channel: (message.due_at, message.reason) for message in messages}


def test_what_staff_cancel_at_night_is_texted_in_the_morning_and_mailed_at_once(booking: Booking) -> None:
    cancel_booking(booking_id=booking.pk, who=Who.staff(None, NIGHT))

    assert due(booking, "cancellation") == {"sms": (MORNING, AT_NIGHT), "email": (NIGHT, "")}


def test_what_staff_move_at_night_is_texted_in_the_morning(booking: Booking) -> None:
    reschedule(booking_id=booking.pk, starts_at=at(11), who=Who.staff(None, NIGHT))

    assert due(booking, "change")["sms"] == (MORNING, AT_NIGHT)


@pytest.mark.parametrize(
    "who", [Who.staff(None, NIGHT, may_wake=True), Who.customer(NIGHT), Who.staff(None, at(19, 59, day=23))]
)
def test_texts_go_at_once_by_day_for_the_customer_and_where_staff_say_so(booking: Booking, who: Who) -> None:
    cancel_booking(booking_id=booking.pk, who=who)

    assert due(booking, "cancellation")["sms"] == (who.now, "")


def test_a_visit_that_is_sooner_than_the_morning_is_told_of_at_night() -> None:
    store = make_store(hours=((time(0), time(9)),))
    booking = make_booking(store, starts_at=at(8, 45))

    cancel_booking(booking_id=booking.pk, who=Who.staff(None, NIGHT))

    assert due(booking, "cancellation")["sms"] == (NIGHT, "")


def test_a_confirmation_for_a_caller_goes_at_once() -> None:
    booking = make_booking(make_store(), now=at(6, day=23), source=Source.PHONE)

    assert due(booking, "confirmation")["sms"] == (at(6, day=23), "")


@pytest.mark.parametrize(
    ("now", "not_after", "goes"),
    [
        (at(23, 30, day=23), at(10), MORNING),
        (at(2), at(10), MORNING),
        (at(2), at(9), MORNING),
        (at(2), at(8, 59), at(2)),
        (at(7, 59), at(10), MORNING),
        (at(8), at(10), at(8)),
        (at(19, 59, day=23), at(10), at(19, 59, day=23)),
        (at(20, day=23), at(10), MORNING),
        (NOW, at(10), NOW),
    ],
)
def test_text_goes_at(now: datetime, not_after: datetime, goes: datetime) -> None:
    assert text_goes_at(now, not_after=not_after, zone=PARIS) == goes


def test_text_goes_at_the_stores_own_hours() -> None:
    plan = MessagePlan(earliest=time(9, 30), latest=time(18))

    assert text_goes_at(at(18, day=23), not_after=at(15), zone=PARIS, plan=plan) == at(9, 30)


@pytest.mark.parametrize(
    ("now", "starts_at", "until"),
    [
        (at(9, day=23), at(10), at(20, day=23)),  # by day: until the evening
        (at(19, 30, day=23), at(10), at(20, 30, day=23)),  # an hour at least
        (at(9), at(10), at(10)),  # never after the start
        (at(9, 30), at(10), at(10)),
        (at(23, day=23), at(10), at(10)),  # at night: somebody is awake, or must be woken
    ],
)
def test_a_slow_provider_delivers_no_text_at_night_or_after_the_start(
    now: datetime, starts_at: datetime, until: datetime
) -> None:
    assert text_valid_until(now, starts_at=starts_at, zone=PARIS) == until
