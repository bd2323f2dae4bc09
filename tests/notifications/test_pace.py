"""The pace of a sender: turns are spread evenly, whoever asks for them."""

from notifications.pace import Pace


class Clock:
    """A clock that moves as somebody sleeps by it."""

    def __init__(self) -> None:
        self.now = 100.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_turns_come_evenly() -> None:
    clock = Clock()
    pace = Pace(4, clock=lambda: clock.now, sleep=clock.sleep)

    turns = []
    for _ in range(5):
        pace.wait()
        turns.append(clock.now)

    assert turns == [100.0, 100.25, 100.5, 100.75, 101.0]


def test_time_without_calls_saves_up_no_turns() -> None:
    clock = Clock()
    pace = Pace(4, clock=lambda: clock.now, sleep=clock.sleep)
    pace.wait()
    clock.now += 60

    pace.wait()
    pace.wait()

    assert clock.now == 160.25


def test_no_pace_waits_for_nothing() -> None:
    clock = Clock()
    pace = Pace(0, clock=lambda: clock.now, sleep=clock.sleep)

    for _ in range(1000):
        pace.wait()

    assert clock.now == 100.0
