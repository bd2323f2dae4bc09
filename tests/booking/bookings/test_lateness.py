from datetime import datetime, timedelta

import pytest

from booking.arrivals.steps import take_step, undo_step
from booking.bookings.lateness import say_late, take_back_late
from booking.bookings.rescheduling import reschedule
from booking.models import Actor, Booking, BookingEvent, EventKind, Status
from booking.refusals import BookingRefused, Refusal
from booking.who import Who
from stores.models import Store, StoreDay
from tests.factories import at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db

SOON = at(9, 30)  # half an hour before the visit


@pytest.fixture
def booking() -> Booking:
    return make_booking(make_store())


def refusal_to(act: object, **arguments: object) -> Refusal:
    with pytest.raises(BookingRefused) as refused:
        act(**arguments)  # type: ignore[operator]
    return refused.value.reason


def test_say_late_is_noted_told_to_the_day_and_kept_in_the_history(booking: Booking) -> None:
    before = StoreDay.objects.get().version

    say_late(booking_id=booking.pk, minutes=10, now=SOON)

    booking.refresh_from_db()
    event = BookingEvent.objects.get(kind=EventKind.SAID_LATE)
    assert (booking.late_minutes, booking.status, booking.sequence) == (10, Status.CONFIRMED, 0)
    assert (event.actor, event.at) == (Actor.CUSTOMER, SOON)
    assert StoreDay.objects.get().version > before


def test_say_late_the_same_again_changes_nothing(booking: Booking) -> None:
    say_late(booking_id=booking.pk, minutes=10, now=SOON)
    before = StoreDay.objects.get().version

    say_late(booking_id=booking.pk, minutes=10, now=SOON)

    assert BookingEvent.objects.filter(kind=EventKind.SAID_LATE).count() == 1
    assert StoreDay.objects.get().version == before


def test_say_late_another_number_counts_from_then_on(booking: Booking) -> None:
    say_late(booking_id=booking.pk, minutes=10, now=SOON)
    say_late(booking_id=booking.pk, minutes=30, now=SOON + timedelta(minutes=20))

    booking.refresh_from_db()
    assert booking.late_minutes == 30


def test_take_back_late_leaves_nothing_but_the_history(booking: Booking) -> None:
    say_late(booking_id=booking.pk, minutes=10, now=SOON)

    take_back_late(booking_id=booking.pk, now=SOON)
    take_back_late(booking_id=booking.pk, now=SOON)

    booking.refresh_from_db()
    assert booking.late_minutes is None
    undone = BookingEvent.objects.get(kind=EventKind.UNDONE)
    assert undone.undoes is not None
    assert undone.undoes.kind == EventKind.SAID_LATE


@pytest.mark.parametrize("minutes", [-1, 0, 61, 10**9])
def test_say_late_only_what_can_be_waited_for(booking: Booking, minutes: int) -> None:
    with pytest.raises(ValueError, match=str(minutes)):
        say_late(booking_id=booking.pk, minutes=minutes, now=SOON)


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (at(7, 59), Refusal.TOO_SOON),
        (at(8), None),
        (at(10, 14), None),
        (at(10, 15), Refusal.TOO_LATE),
    ],
)
def test_say_late_from_two_hours_before_the_start_to_the_end(
    booking: Booking, now: datetime, reason: Refusal | None
) -> None:
    if reason is None:
        assert say_late(booking_id=booking.pk, minutes=60, now=now).late_minutes == 60
    else:
        assert refusal_to(say_late, booking_id=booking.pk, minutes=60, now=now) == reason
        assert refusal_to(take_back_late, booking_id=booking.pk, now=now) == reason


@pytest.mark.parametrize("status", [one for one in Status if one != Status.CONFIRMED])
def test_say_late_only_while_the_visit_is_to_come(booking: Booking, status: Status) -> None:
    Booking.objects.update(status=status)

    assert refusal_to(say_late, booking_id=booking.pk, minutes=5, now=SOON) == Refusal.WRONG_STATUS


def test_undo_of_a_tap_at_the_desk_is_not_misled_by_what_the_customer_said(booking: Booking) -> None:
    user = make_user()
    say_late(booking_id=booking.pk, minutes=10, now=SOON)
    take_step(booking_id=booking.pk, step="check_in", who=Who.staff(user, at(10, 5)))

    undone = undo_step(booking_id=booking.pk, who=Who.staff(user, at(10, 6)))

    assert (undone.status, undone.late_minutes) == (Status.CONFIRMED, 10)


def test_a_visit_that_is_moved_is_late_no_more(booking: Booking) -> None:
    Store.objects.update(change_until_minutes=0)
    say_late(booking_id=booking.pk, minutes=10, now=SOON)

    moved = reschedule(booking_id=booking.pk, starts_at=at(15), who=Who.customer(SOON))

    assert moved.late_minutes is None
