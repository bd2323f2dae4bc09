"""How far a replica is behind: a judgement counts only as long as it is young."""

from collections.abc import Iterator
from threading import Event, Thread
from types import SimpleNamespace

import pytest

from booking.web import replica

PATIENCE_SECONDS = 60


class Servers:
    """Two servers by their places in the log, and the clock of the process that asks them."""

    def __init__(self) -> None:
        self.seconds, self.written, self.followed = 1000.0, 7, 7
        self.is_asked, self.may_answer = Event(), Event()
        self.may_answer.set()

    def monotonic(self) -> float:
        return self.seconds

    def place(self, alias: str, _sql: str) -> int:
        if alias == replica.ALIAS:
            self.is_asked.set()
            assert self.may_answer.wait(PATIENCE_SECONDS)
            return self.followed
        return self.written


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Servers]:
    found = Servers()
    monkeypatch.setattr(replica, "time", SimpleNamespace(monotonic=found.monotonic))
    monkeypatch.setattr(replica, "_place", found.place)
    yield found
    found.may_answer.set()


def test_replica_is_near_for_as_long_as_the_last_look_says(servers: Servers) -> None:
    follower = replica._Follower()
    assert follower.is_near()

    servers.written = 9
    servers.seconds += replica.LOOK_AGAIN_SECONDS
    assert follower.is_near()  # all of a second ago is there
    servers.seconds += replica.LONGEST_LAG_SECONDS
    assert not follower.is_near()


@pytest.mark.parametrize("idle_seconds", [replica.LONGEST_LAG_SECONDS + 1, 3600])
def test_nobody_goes_by_an_old_judgement_while_another_thread_looks(servers: Servers, idle_seconds: int) -> None:
    """A quiet hour later the replica stands still: of two requests at once, one looks, and the other does not wait."""
    follower = replica._Follower()
    assert follower.is_near()
    servers.seconds += idle_seconds
    servers.written = 9
    servers.is_asked.clear()
    servers.may_answer.clear()
    looking = Thread(target=follower.is_near)
    looking.start()
    assert servers.is_asked.wait(PATIENCE_SECONDS)

    assert not follower.is_near()
    servers.may_answer.set()
    looking.join(PATIENCE_SECONDS)
    assert not follower.is_near()


def test_look_after_a_pause_at_a_busy_database_is_no_alarm(servers: Servers) -> None:
    """Between two looks of /readyz more is written than a replica has at the very moment of the second."""
    follower = replica._Follower()
    assert not follower.is_left()

    servers.seconds += 10
    servers.written, servers.followed = 20, 19
    assert not follower.is_near()
    assert not follower.is_left()


def test_replica_that_stands_still_is_left(servers: Servers) -> None:
    follower = replica._Follower()
    servers.written = 9
    assert not follower.is_left()

    servers.seconds += 10
    servers.written = 11
    assert follower.is_left()
    servers.seconds += replica.LOOK_AGAIN_SECONDS
    servers.followed = 11
    assert not follower.is_left()
