"""Lanes hold back what waits while an answer that may concern all messages is not dealt with, and lose none of it."""

import time
from contextlib import nullcontext
from queue import SimpleQueue
from threading import Barrier
from typing import Any

import pytest

from notifications import lanes
from notifications.answers import Answer, Sent, Unclear
from notifications.lanes import Lanes, Result
from notifications.pace import Pace
from tests.notifications.patience import PATIENCE_SECONDS

IDLE_SECONDS = 0.01


class Call:
    """A call of a provider that answers as it is told."""

    is_question = False

    def __init__(self, answer: Answer, together: Barrier | None = None) -> None:
        self.answer, self.begin_by = answer, time.monotonic() + PATIENCE_SECONDS
        self.together = together

    def send(self) -> tuple[Answer, str]:
        if self.together is not None:
            self.together.wait(PATIENCE_SECONDS)
        return self.answer, ""


def add(answers: list[Answer], *, lane_count: int, together: int = 1) -> tuple[Lanes, SimpleQueue[Result]]:
    """Let lanes make calls, so many of them under way at the same time."""
    meet = Barrier(together)
    results: SimpleQueue[Result] = SimpleQueue()
    made = Lanes(lane_count, pace=Pace(0), keeping=nullcontext, results=results)
    calls: list[Any] = [Call(answer, meet) for answer in answers]
    made.add(calls)
    return made, results


def test_calls_that_were_held_back_for_long_are_begun_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database was away when the answer came: a lane that had ended meanwhile would have left them for ever."""
    monkeypatch.setattr(lanes, "IDLE_SECONDS", IDLE_SECONDS)
    made, results = add([Unclear("no_answer"), Sent("SM1")], lane_count=1)
    assert results.get(timeout=PATIENCE_SECONDS).may_concern_all

    time.sleep(10 * IDLE_SECONDS)
    made.go_on()

    assert results.get(timeout=PATIENCE_SECONDS).answer == Sent("SM1")


def test_one_of_two_such_answers_dealt_with_is_not_enough() -> None:
    made, results = add([Unclear("no_answer"), Unclear("no_answer")], lane_count=2, together=2)
    for _ in range(2):
        results.get(timeout=PATIENCE_SECONDS)
    last: list[Any] = [Call(Sent("SM1"))]
    made.add(last)

    made.go_on()
    assert made.withdraw() == last
    made.go_on()
    made.add(last)

    assert results.get(timeout=PATIENCE_SECONDS).answer == Sent("SM1")
