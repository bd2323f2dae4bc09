"""Taps that a tablet kept while it was offline: each counts once, from when it was made, or says why not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest

from booking.arrivals.line_state import line_of
from booking.arrivals.offline_actions import KEPT, OLDEST, TapOutcome, TapResult, take_taps
from booking.arrivals.steps import step_key, take_step
from booking.models import Booking, BookingEvent, IdempotentAnswer, Status, Ticket
from booking.privacy import forget_old
from booking.who import Who
from tests.booking.arrivals.tapping import NOON, take, tap
from tests.booking.staff.staff_room import Room, make_room
from tests.factories import at, make_booking

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return make_room()


def test_tap_sent_late_counts_from_when_it_was_made(room: Room) -> None:
    booking = make_booking(room.store)

    assert take(room, tap("check_in", booking)) == TapResult(TapOutcome.DONE, "", booking.reference)
    booking.refresh_from_db()
    assert (booking.status, booking.checked_in_at) == (Status.CHECKED_IN, at(10, 5))


def test_tap_sent_twice_is_done_once(room: Room) -> None:
    booking = make_booking(room.store)
    one = tap("check_in", booking)

    assert [take(room, one).result for _ in range(3)] == [TapOutcome.DONE, TapOutcome.REPEATED, TapOutcome.REPEATED]
    assert BookingEvent.objects.filter(action_id=one.action_id).count() == 1


def test_tap_sent_again_after_its_result_was_forgotten_changes_nothing(room: Room) -> None:
    booking = make_booking(room.store)
    one = tap("check_in", booking)
    first = take(room, one)
    forget_old(now=NOON + KEPT)

    again = take(room, one, now=NOON + KEPT)

    assert (first.result, again.result) == (TapOutcome.DONE, TapOutcome.REPEATED)
    assert not IdempotentAnswer.objects.filter(created_at=NOON).exists()
    assert BookingEvent.objects.filter(action_id=one.action_id).count() == 1


@pytest.mark.parametrize("later", [timedelta(hours=25), timedelta(days=3), OLDEST + timedelta(hours=1), 2 * KEPT])
@pytest.mark.parametrize("step", ["walk_in", "ticket"])
@pytest.mark.parametrize("clock", [timedelta(0), timedelta(hours=20)])
def test_walk_in_or_ticket_sent_again_after_days_and_nights_changes_nothing(
    room: Room, step: str, later: timedelta, clock: timedelta
) -> None:
    """The kept result is forgotten some night, the ticket the next; and the tablet's clock may be ahead."""
    one = tap(step, visit_type="visit", name="Iris Test", happened_at=at(10, 5) + clock)
    behind = tap("check_in", make_booking(room.store, now=at(9)), happened_at=NOON)
    first = take(room, one)
    forget_old(now=NOON + later)

    again = take_taps(store=room.store, taps=[one, behind], now=NOON + later, user=room.staff, is_manager=False)

    assert first.result == TapOutcome.DONE
    assert again[0].result in {TapOutcome.REPEATED, TapOutcome.CONFLICT}
    assert Booking.objects.filter(source="walk_in").count() == (step == "walk_in")
    assert not Ticket.objects.exists()
    assert len(again) == 2


def test_tap_that_was_refused_stays_refused(room: Room) -> None:
    booking = make_booking(room.store)
    take(room, tap("no_show", booking))
    late = tap("check_in", booking)

    assert take(room, late) == TapResult(TapOutcome.CONFLICT, "wrong_status", booking.reference)
    take(room, tap("undo", booking))

    assert take(room, late) == TapResult(TapOutcome.CONFLICT, "wrong_status", booking.reference)
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


@pytest.mark.parametrize(
    ("steps", "wish", "result"),
    [
        (["check_in"], "check_in", TapOutcome.REPEATED),
        (["check_in", "start"], "check_in", TapOutcome.REPEATED),
        (["start", "complete"], "start", TapOutcome.REPEATED),
        (["start", "complete"], "complete", TapOutcome.REPEATED),
        (["no_show"], "no_show", TapOutcome.REPEATED),
        (["no_show"], "check_in", TapOutcome.CONFLICT),
        (["check_in"], "no_show", TapOutcome.CONFLICT),
    ],
)
def test_tap_for_what_is_so_already_is_settled_silently(
    room: Room, steps: list[str], wish: str, result: TapOutcome
) -> None:
    booking = make_booking(room.store)
    for one in steps:
        take(room, tap(one, booking))
    from_another_tablet = tap(wish, booking)

    assert [take(room, from_another_tablet).result for _ in range(2)] == [result, result]


def test_step_taken_back_on_two_tablets_is_taken_back_once(room: Room) -> None:
    booking = make_booking(room.store)
    arrived = tap("check_in", booking)
    take(room, arrived)
    first, second = (tap("undo", booking, undoes=str(arrived.action_id)) for _ in range(2))

    assert [take(room, first).result, take(room, second).result] == [TapOutcome.DONE, TapOutcome.REPEATED]
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_tap_on_a_visit_cancelled_meanwhile_is_a_conflict(room: Room) -> None:
    booking = make_booking(room.store)
    Booking.objects.filter(pk=booking.pk).update(status=Status.CANCELLED)

    assert take(room, tap("check_in", booking)).reason == "wrong_status"


def test_tap_on_a_visit_moved_meanwhile_is_a_conflict(room: Room) -> None:
    booking = make_booking(room.store, starts_at=at(11))

    found = take(room, tap("check_in", booking, seen_starts_at=at(10)))

    assert found == TapResult(TapOutcome.CONFLICT, "moved", booking.reference)
    assert take(room, tap("check_in", booking, seen_starts_at=at(11))).result == TapOutcome.DONE


def test_undo_takes_back_the_step_that_is_meant_alone(room: Room) -> None:
    booking = make_booking(room.store)
    arrived = tap("check_in", booking)
    take(room, arrived)
    take_step(booking_id=booking.pk, step="start", who=Who.staff(room.manager, NOON))

    meant_the_first = take(room, tap("undo", booking, undoes=str(arrived.action_id)))
    last = BookingEvent.objects.latest("pk")
    meant_the_last = take(room, tap("undo", booking, undoes=step_key(last.pk, last.action_id)))

    assert (meant_the_first.reason, meant_the_last.result) == ("wrong_status", TapOutcome.DONE)
    booking.refresh_from_db()
    assert booking.status == Status.CHECKED_IN


def test_visit_of_another_store_is_unknown(room: Room) -> None:
    stranger = make_booking(room.neighbor.memberships.get().store)

    assert take(room, tap("check_in", stranger)) == TapResult(TapOutcome.CONFLICT, "not_found", stranger.reference)


def test_walk_in_sent_twice_comes_once_and_since_when_they_came(room: Room) -> None:
    one = tap("walk_in", visit_type="visit", party_size=2, name="Iris Test")

    first, second = take(room, one), take(room, one)

    visit = Booking.objects.get()
    assert (first.result, second.result) == (TapOutcome.DONE, TapOutcome.REPEATED)
    assert first.reference == second.reference == visit.reference
    assert (visit.status, visit.starts_at, visit.checked_in_at) == (Status.CHECKED_IN, at(10), at(10, 5))


def test_walk_in_without_a_place_is_let_in_by_a_manager_alone(room: Room) -> None:
    full = tap("walk_in", visit_type="visit", party_size=2)
    take(room, full)
    more = replace(full, action_id=uuid4())

    assert take(room, more).reason == "slot_full"
    squeezed = replace(more, action_id=uuid4(), squeeze_in=True)
    assert take(room, squeezed).reason == "not_permitted"
    assert take(room, replace(squeezed, action_id=uuid4()), is_manager=True).result == TapOutcome.DONE


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

    assert take(room, one) == TapResult(TapOutcome.DONE, ticket="1")
    assert take(room, one) == TapResult(TapOutcome.REPEATED, ticket="1")
    ticket = Ticket.objects.get()
    assert (ticket.name, ticket.party_size, ticket.number) == ("Iris Test", 2, 1)


def test_ticket_for_too_many_people_says_so_again(room: Room) -> None:
    one = tap("ticket", visit_type="visit", party_size=50)

    assert [take(room, one) for _ in range(2)] == [TapResult(TapOutcome.CONFLICT, "party_too_large")] * 2
    assert not Ticket.objects.exists()


# --- Clocks, and the order in which people came -------------------------------------------------------


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1970, 1, 1, tzinfo=UTC),
        NOON - OLDEST - timedelta(seconds=1),
        NOON + timedelta(hours=24, seconds=1),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
    ],
)
@pytest.mark.parametrize("step", ["check_in", "undo", "walk_in", "ticket"])
def test_tap_from_a_clock_that_is_far_out_says_so(room: Room, step: str, moment: datetime) -> None:
    booking = make_booking(room.store) if step in ("check_in", "undo") else None

    found = take(room, tap(step, booking, visit_type="visit", happened_at=moment))

    assert (found.result, found.reason) == (TapOutcome.CONFLICT, "out_of_time")
    assert not Ticket.objects.exists()
    assert not Booking.objects.filter(source="walk_in").exists()


def test_ticket_sent_late_stands_before_who_came_after(room: Room) -> None:
    take(room, tap("ticket", visit_type="visit", name="Second", happened_at=at(10, 20)))
    take(room, tap("ticket", visit_type="visit", name="First", happened_at=at(10, 5)))

    line = line_of(store=room.store, now=NOON)

    assert [(turn.name, turn.came_at) for turn in line.desks[0].waiting] == [
        ("First", at(10, 5)),
        ("Second", at(10, 20)),
    ]


def test_ticket_kept_over_night_joins_no_other_days_line(room: Room) -> None:
    late = tap("ticket", visit_type="visit", happened_at=at(18, 50, day=23))

    assert take(room, late) == TapResult(TapOutcome.CONFLICT, "slot_closed")
    assert not Ticket.objects.exists()
