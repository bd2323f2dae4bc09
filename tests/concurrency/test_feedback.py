"""Answers after visits at once: each visit is counted once, whoever presses how often, and nobody waits for ever."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db.models import F

from booking.arrivals.steps import take_step, undo_step
from booking.bookings.feedback import answer_feedback
from booking.models import Booking, Feedback, FeedbackAnswer, FeedbackDay
from booking.refusals import BookingRefused
from booking.who import Who
from notifications.models import OutboxMessage
from tests.factories import at, make_booking, make_store
from tests.threads import at_once

HANDS = 6


@pytest.fixture
def visits(transactional_db: None) -> list[Booking]:
    """Two visits of one kind that are done, so that their answers are counted in the same rows."""
    store = make_store(feedback_when="hours", capacity=4)
    booked = [make_booking(store, phone=f"+3361234560{number}") for number in (1, 2)]
    return [done(booking) for booking in booked]


def done(booking: Booking) -> Booking:
    take_step(booking_id=booking.pk, step="check_in", who=Who.staff(None, at(10)))
    return take_step(booking_id=booking.pk, step="complete", who=Who.staff(None, at(10, 20)))


def answer(booking: Booking, given: str) -> None:
    answer_feedback(booking_id=booking.pk, answer=FeedbackAnswer(given), now=at(13))


def answer_unguarded(booking: Booking) -> None:
    """Look for an answer and count one, without the lock of the visit."""
    if not Feedback.objects.filter(booking=booking).exists():
        FeedbackDay.objects.update(count=F("count") + 1)


def counts() -> dict[str, int]:
    return {one.answer: one.count for one in FeedbackDay.objects.all() if one.count}


def test_rig_sees_too_many_counted_where_nobody_locks(visits: list[Booking]) -> None:
    answer(visits[1], "yes")

    at_once([partial(answer_unguarded, visits[0])] * HANDS)

    assert counts()["yes"] > 2


def test_an_answer_pressed_many_times_is_counted_once(visits: list[Booking]) -> None:
    at_once([partial(answer, visits[0], "yes")] * HANDS)

    assert counts() == {"yes": 1}


def test_two_customers_may_change_their_answers_crosswise(visits: list[Booking]) -> None:
    answer(visits[0], "yes")
    answer(visits[1], "no")
    crossed: list[Callable[[], None]] = []
    for given, other in (("no", "yes"), ("yes", "no")) * 3:
        crossed += [partial(answer, visits[0], given), partial(answer, visits[1], other)]

    at_once(crossed)

    kept = [one.answer for one in Feedback.objects.all()]
    assert counts() == {one: kept.count(one) for one in kept}


def test_done_and_taken_back_at_once_leave_a_question_only_after_a_done_visit(visits: list[Booking]) -> None:
    booking, who = visits[0], Who.staff(None, at(10, 30))

    def press(step: str) -> None:
        try:
            if step == "undo":
                undo_step(booking_id=booking.pk, who=who)
            else:
                take_step(booking_id=booking.pk, step=step, who=who)
        except BookingRefused:
            pass

    at_once([partial(press, step) for step in ("undo", "complete") * 3])

    booking.refresh_from_db()
    waiting = OutboxMessage.objects.filter(subject=booking.reference, kind="feedback", state="due").count()
    assert waiting == (1 if booking.status == "completed" else 0)
