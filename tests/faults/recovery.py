"""How long a text takes from the answer that a visit is booked until its provider has it: at rest, and after trouble.

Run as `python -m tests.faults.recovery --database postgresql`.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.faults.customers import Customers
from tests.faults.machines import Machines
from tests.faults.providers import Providers
from tests.faults.run import FaultyRun, Plan
from tests.memory import memory_folder
from tests.servers import kill, wait_until

BOOKINGS = 10
PAUSE_SECONDS = 5
PATIENCE_SECONDS = 120


class Measurement:
    """Customers with a phone alone, one after the other; each is waited for."""

    def __init__(self, provider: Providers, hosts: Machines, customers: Customers) -> None:
        self.provider, self.hosts, self.customers = provider, hosts, customers
        self.number = 0

    def book(self) -> float:
        """Book a visit; return how many seconds after the answer its text was accepted."""
        self.number += 1
        host = self.hosts.hosts[self.number % len(self.hosts.hosts)]
        visit = self.customers.book(host, self.number, _WithPhone())
        wait_until(lambda: self._accepted_at(visit.phone), seconds=PATIENCE_SECONDS, what="accepted")
        return max(0.0, self._accepted_at(visit.phone) - visit.steps[0].answered_at)

    def at_rest(self) -> Iterator[float]:
        for _ in range(BOOKINGS):
            yield self.book()

    def after_kills(self) -> Iterator[float]:
        """Kill all workers right before each booking."""
        for _ in range(BOOKINGS):
            kill([pid for host in self.hosts.hosts for pid in host.worker()])
            yield self.book()
            time.sleep(PAUSE_SECONDS)  # one that ends at once is started again a little later each time

    def without_redis(self, seconds: float) -> Iterator[float]:
        assert self.hosts.queue is not None
        self.hosts.queue.kill()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            yield self.book()
            assert all(host.get("/readyz").status == 200 for host in self.hosts.hosts)
            time.sleep(PAUSE_SECONDS)
        self.hosts.queue.start()

    def _accepted_at(self, number: str) -> float:
        return next((one.at for one in self.provider.accepted() if one.to == number), 0.0)


class _WithPhone(random.Random):
    """Draws customers who have a phone and no e-mail address."""

    def random(self) -> float:
        return 0.5


def main() -> int:
    """Measure, and print a line for each situation."""
    reader = argparse.ArgumentParser(prog="recovery")
    reader.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    reader.add_argument("--redis-seconds", type=float, default=120)
    given = reader.parse_args()
    with tempfile.TemporaryDirectory(prefix="carillon-faults-", dir=memory_folder()) as name:
        run = FaultyRun(Plan(0, given.database, 0), Path(name))
        with run.standing() as (provider, hosts):
            provider.calm()
            measured = Measurement(provider, hosts, run.open_store(hosts))
            situations = {"at rest": measured.at_rest(), "right after a kill of all workers": measured.after_kills()}
            if hosts.queue is not None:
                situations[f"Redis away for {given.redis_seconds:.0f} s"] = measured.without_redis(given.redis_seconds)
            for title, times in situations.items():
                seconds = sorted(times)
                figures = f"median {seconds[len(seconds) // 2]:.2f} s, most {seconds[-1]:.2f} s of {len(seconds)}"
                print(f"{given.database}, {title}: {figures} (load {os.getloadavg()[0]:.0f})", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
