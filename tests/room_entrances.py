"""A process that takes entries of the waiting room as fast as it can, when a line comes in; it prints their numbers.

`careless` looks at the last entry and then writes the next one: what the counters would be without their guard.
"""

import sys
import time

import django

django.setup()

from booking.limits import counters as limit_counters  # noqa: E402
from booking.limits.counters import CounterFile, _limiter  # noqa: E402
from booking.limits.room_counters import take_entry  # noqa: E402
from tests.patience import LOCK_SECONDS  # noqa: E402

AFTER, UNTIL, LATEST = 1_000_000, 2_000_000, 3_000_000


def careless() -> int:
    """Take an entry without the guard."""
    counters = _limiter().storage
    assert isinstance(counters, CounterFile)
    number = max(counters.get("careless"), AFTER) + 1
    time.sleep(0.001)  # between the look and the write, as a busy machine has it
    counters.clear("careless")
    counters.incr("careless", 3600, amount=number)
    return number


def guarded() -> int | None:
    """Take an entry as visitors do."""
    return take_entry("race", after=AFTER, until=UNTIL, latest=LATEST)


if __name__ == "__main__":
    take, count = {"careless": careless, "guarded": guarded}[sys.argv[1]], int(sys.argv[2])
    limit_counters.FILE_SECONDS = LOCK_SECONDS
    _limiter().storage.check()
    print("ready", flush=True)
    sys.stdin.readline()
    print(*[take() for _ in range(count)], flush=True)
