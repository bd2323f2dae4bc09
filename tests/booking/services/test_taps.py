from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from booking.models import Booking, BookingEvent, IdempotentAnswer, Status, Ticket
from booking.services.arrivals import step, step_key
from booking.services.taps import KEPT, Result, Tap, TapResult, take_tap
from tests.booking.views.staff_room import Room, make_room
from tests.factories import at, make_booking

pytestmark = pytest.mark.django_db
NOON = at(10, 30)


@pytest.fixture
def room() -> Room:
    return make_room()


def tap(step: str, booking: Booking | None = None, **fields: object) -> Tap:
    values = {"happened_at": at(10, 5), "reference": booking.reference if booking else "", **fields}
    return Tap(action_id=uuid4(), step=step, **values)  # type: ignore[arg-type]


def take(room: Room, one: Tap, *, is_manager: bool = False) -> TapResult:
    return take_tap(store=room.store, tap=one, now=NOON, user=room.staff, is_manager=is_manager)


def test_tap_sent_late_counts_from_when_it_was_made(room: Room) -> None:
    booking = make_booking(room.store)

    assert take(room, tap("check_in", booking)) == TapResult(Result.DONE, "", booking.reference)
    booking.refresh_from_db()
    assert (booking.status, booking.checked_in_at) == (Status.CHECKED_IN, at(10, 5))


def test_tap_sent_twice_is_done_once(room: Room) -> None:
    booking = make_booking(room.store)
    one = tap("check_in", booking)

    assert [take(room, one).result for _ in range(3)] == [Result.DONE, Result.REPEATED, Result.REPEATED]
    assert BookingEvent.objects.filter(action_id=one.action_id).count() == 1


def test_tap_sent_again_after_its_result_was_forgotten_changes_nothing(room: Room) -> None:
    booking = make_booking(room.store)
    one = tap("check_in", booking)
    take(room, one)
    IdempotentAnswer.objects.update(created_at=NOON - KEPT)

    take(room, one)

    assert BookingEvent.objects.filter(action_id=one.action_id).count() == 1


def test_tap_that_was_refused_stays_refused(room: Room) -> None:
    booking = make_booking(room.store)
    take(room, tap("check_in", booking))
    late = tap("check_in", booking)

    assert take(room, late) == TapResult(Result.CONFLICT, "wrong_status", booking.reference)
    take(room, tap("undo", booking))

    assert take(room, late) == TapResult(Result.CONFLICT, "wrong_status", booking.reference)
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_tap_on_a_visit_cancelled_meanwhile_is_a_conflict(room: Room) -> None:
    booking = make_booking(room.store)
    Booking.objects.filter(pk=booking.pk).update(status=Status.CANCELLED)

    assert take(room, tap("check_in", booking)).reason == "wrong_status"


def test_tap_on_a_visit_moved_meanwhile_is_a_conflict(room: Room) -> None:
    booking = make_booking(room.store, starts_at=at(11))

    found = take(room, tap("check_in", booking, seen_starts_at=at(10)))

    assert found == TapResult(Result.CONFLICT, "moved", booking.reference)
    assert take(room, tap("check_in", booking, seen_starts_at=at(11))).result == Result.DONE


def test_undo_takes_back_the_step_that_is_meant_alone(room: Room) -> None:
    booking = make_booking(room.store)
    arrived = tap("check_in", booking)
    take(room, arrived)
    step(booking_id=booking.pk, step="start", now=NOON, user=room.manager)

    meant_the_first = take(room, tap("undo", booking, undoes=str(arrived.action_id)))
    last = BookingEvent.objects.latest("pk")
    meant_the_last = take(room, tap("undo", booking, undoes=step_key(last.pk, last.action_id)))

    assert (meant_the_first.reason, meant_the_last.result) == ("wrong_status", Result.DONE)
    booking.refresh_from_db()
    assert booking.status == Status.CHECKED_IN


def test_visit_of_another_store_is_unknown(room: Room) -> None:
    stranger = make_booking(room.neighbor.memberships.get().store)

    assert take(room, tap("check_in", stranger)) == TapResult(Result.CONFLICT, "not_found", stranger.reference)


def test_walk_in_sent_twice_comes_once_and_since_when_they_came(room: Room) -> None:
    one = tap("walk_in", visit_type="visit", party_size=2, name="Iris Test")

    first, second = take(room, one), take(room, one)

    visit = Booking.objects.get()
    assert (first.result, second.result) == (Result.DONE, Result.REPEATED)
    assert first.reference == second.reference == visit.reference
    assert (visit.status, visit.starts_at, visit.checked_in_at) == (Status.CHECKED_IN, at(10), at(10, 5))


def test_walk_in_without_a_place_is_let_in_by_a_manager_alone(room: Room) -> None:
    full = tap("walk_in", visit_type="visit", party_size=2)
    take(room, full)
    more = replace(full, action_id=uuid4())

    assert take(room, more).reason == "slot_full"
    squeezed = replace(more, action_id=uuid4(), squeeze_in=True)
    assert take(room, squeezed).reason == "not_permitted"
    assert take(room, replace(squeezed, action_id=uuid4()), is_manager=True).result == Result.DONE


def test_walk_in_for_what_the_store_does_not_offer_is_a_conflict(room: Room) -> None:
    assert take(room, tap("walk_in", visit_type="haircut")).reason == "not_found"
    assert take(room, tap("walk_in", visit_type="visit", happened_at=at(8))).reason == "slot_closed"
    assert not Booking.objects.exists()


def test_tap_from_a_clock_ahead_counts_as_now(room: Room) -> None:
    booking = make_booking(room.store)

    take(room, tap("check_in", booking, happened_at=NOON + timedelta(hours=1)))

    booking.refresh_from_db()
    assert booking.checked_in_at == NOON


def test_ticket_is_given_once_however_often_it_is_sent(room: Room) -> None:
    one = tap("ticket", visit_type="visit", party_size=2, name="Iris Test")

    assert take(room, one) == TapResult(Result.DONE, ticket="1")
    assert take(room, one) == TapResult(Result.REPEATED, ticket="1")
    ticket = Ticket.objects.get()
    assert (ticket.name, ticket.party_size, ticket.number) == ("Iris Test", 2, 1)


def test_ticket_for_too_many_people_says_so_again(room: Room) -> None:
    one = tap("ticket", visit_type="visit", party_size=50)

    assert [take(room, one) for _ in range(2)] == [TapResult(Result.CONFLICT, "party_too_large")] * 2
    assert not Ticket.objects.exists()
