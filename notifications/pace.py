"""The pace of a sender: so many calls a second and no more, evenly, for all threads of a process together."""

import threading
import time
from collections.abc import Callable


class Pace:
    """A bucket of one token, which is filled so many times a second; 0 stands for as fast as calls are made."""

    def __init__(
        self,
        per_second: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._seconds = 1 / per_second if per_second else 0.0
        self._lock = threading.Lock()
        self._next_at = 0.0
        self._clock, self._sleep = clock, sleep

    def wait(self) -> None:
        """Wait for this thread's turn."""
        if not self._seconds:
            return
        with self._lock:
            turn = max(self._next_at, self._clock())
            self._next_at = turn + self._seconds
        if (pause := turn - self._clock()) > 0:
            self._sleep(pause)
