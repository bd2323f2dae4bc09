"""Taps sent together: one that fails keeps none of the others, and each has one answer."""

import logging

import pytest
from django.db import IntegrityError, OperationalError

from booking.arrivals import offline_actions
from booking.arrivals.offline_actions import Tap, TapOutcome, TapResult, take_taps
from booking.models import Booking, Status, Ticket
from booking.operations.logs import JsonLine
from tests.booking.arrivals.tapping import NOON, take, tap
from tests.booking.staff.staff_room import Room, make_room
from tests.factories import make_booking

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return make_room()


def failing_join(monkeypatch: pytest.MonkeyPatch, error: Exception) -> list[int]:
    """Let every ticket fail; return a list that grows with each try."""
    tried: list[int] = []

    def join(**_fields: object) -> Ticket:
        tried.append(1)
        raise error

    monkeypatch.setattr(offline_actions, "join_line", join)
    return tried


def test_tap_that_fails_has_a_result_once_for_all_and_the_next_is_taken(
    room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried = failing_join(monkeypatch, IntegrityError("Failing row contains (Iris Test, +33612345601)"))
    bad, good = tap("ticket", visit_type="visit", name="Iris Test"), tap("check_in", make_booking(room.store))

    with caplog.at_level(logging.INFO):
        results = [
            take_taps(store=room.store, taps=[bad, good], now=NOON, user=room.staff, is_manager=False) for _ in range(2)
        ]

    assert [[one.result for one in batch] for batch in results] == [
        [TapOutcome.CONFLICT, TapOutcome.DONE],
        [TapOutcome.CONFLICT, TapOutcome.REPEATED],
    ]
    assert results[0][0].reason == "failed"
    assert len(tried) == 1
    line = JsonLine().format(caplog.records[0])
    assert (caplog.records[0].message, "IntegrityError" in line, "Iris" in line) == ("tap_failed", True, False)


def test_tap_that_finds_the_books_busy_is_to_be_sent_again(
    room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = tap("ticket", visit_type="visit"), tap("check_in", make_booking(room.store))
    with monkeypatch.context() as patch:
        failing_join(patch, OperationalError("canceling statement due to lock timeout"))
        results = take_taps(store=room.store, taps=[bad, good], now=NOON, user=room.staff, is_manager=False)

    assert [one.result for one in results] == [TapOutcome.BUSY, TapOutcome.DONE]
    assert [record.message for record in caplog.records] == ["tap_busy"]
    assert take(room, bad) == TapResult(TapOutcome.DONE, ticket="1")


def test_taps_about_the_same_visit_wait_for_the_one_before_them(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    booking = make_booking(room.store)
    come, begin, other = tap("check_in", booking), tap("start", booking), tap("ticket", visit_type="visit")

    def busy(**_fields: object) -> Booking:
        raise OperationalError("locked")

    with monkeypatch.context() as patch:
        patch.setattr(offline_actions, "take_action", busy)
        results = take_taps(store=room.store, taps=[come, begin, other], now=NOON, user=room.staff, is_manager=False)

    assert [one.result for one in results] == [TapOutcome.BUSY, TapOutcome.BUSY, TapOutcome.DONE]
    assert [one.result for one in take_all(room, come, begin, other)] == [
        TapOutcome.DONE,
        TapOutcome.DONE,
        TapOutcome.REPEATED,
    ]


def test_after_two_busy_taps_the_tablet_gets_its_answer(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = failing_join(monkeypatch, OperationalError("locked"))

    results = take_all(room, *(tap("ticket", visit_type="visit") for _ in range(9)))

    assert [one.result for one in results] == [TapOutcome.BUSY] * 9
    assert len(tried) == 2


def take_all(room: Room, *sent: Tap) -> list[TapResult]:
    return take_taps(store=room.store, taps=sent, now=NOON, user=room.staff, is_manager=False)


def test_step_on_who_came_by_a_tap_of_the_same_batch_finds_them(room: Room) -> None:
    came = tap("walk_in", visit_type="visit", name="Iris Test")
    begun = tap("start", walk_in=came.action_id)

    results = take_all(room, came, begun)

    assert [one.result for one in results] == [TapOutcome.DONE, TapOutcome.DONE]
    assert results[1].reference == results[0].reference
    assert Booking.objects.get().status == Status.IN_SERVICE
