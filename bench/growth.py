"""The same requests with few and many bookings and stores: what a request costs must not grow with the years."""

import argparse
from contextlib import ExitStack
from statistics import median

from bench import load
from bench.running import Carillon, carillon, cpu_seconds
from bench.tables import print_head, print_row

MOST = 1.1
TURNS = {
    "availability of one day, JSON": "day",
    "availability of 14 days, JSON": "fortnight",
    "POST /bookings": "book",
    "whole way by pages": "whole_way",
    "day of 500 as HTML": "busy_html",
    "day of 500 as JSON": "busy_json",
    "one .ics": "one_ics",
}


class Growth:
    """An empty Carillon and larger ones, side by side; all their workers stand still."""

    def __init__(self, postmaster: int, empty: Carillon, larger: list[Carillon], asked: argparse.Namespace) -> None:
        self.postmaster, self.empty, self.larger = postmaster, empty, larger
        self.seconds, self.rounds = asked.secs / 2, asked.rounds
        self.faults: list[str] = []

    def measure(self, title: str, turn: str) -> None:
        """Print one client's median with the empty one, and how many times as much the larger ones take."""
        rounds = [[self._cost(one, turn) for one in (self.empty, *self.larger)] for _ in range(self.rounds)]
        cells, worst = [title, f"{median(row[0][0] for row in rounds):.3g} ms"], 0.0
        for number in range(1, len(self.larger) + 1):
            by_time = median(row[number][0] / row[0][0] for row in rounds)
            by_cpu = median(row[number][1] / row[0][1] for row in rounds)
            cells += [f"× {by_time:.2f}", f"× {by_cpu:.2f}"]
            worst = max(worst, by_time)
        print_row(*cells, f"≤ {MOST} ×", worst <= MOST)

    def _cost(self, one: Carillon, turn: str) -> tuple[float, float]:
        """Return a turn's median in ms, and its processor time in ms."""
        before = cpu_seconds(one.web, self.postmaster)
        figures = load.measure(getattr(one.product, turn), port=one.port, clients=1, seconds=self.seconds)
        spent = cpu_seconds(one.web, self.postmaster) - before
        if figures.faults:
            self.faults.append(f"growth, {turn}: {figures.faults}")
        return figures.median_ms, figures.cpu_ms(spent)


def print_growth(server: str, postmaster: int, full: Carillon, asked: argparse.Namespace) -> list[str]:
    """Compare a full Carillon and one of many stores with an empty one; return what went wrong."""
    with ExitStack() as running:
        empty = running.enter_context(carillon(server, bookings=0, stores=0))
        larger = {f"{full.bookings} bookings": full}
        if asked.stores:
            larger[f"{asked.stores} stores"] = running.enter_context(carillon(server, bookings=0, stores=asked.stores))
        for one in (empty, *larger.values()):
            running.enter_context(one.paused_worker())
        print()
        columns = [column for name in larger for column in (name, f"{name}, CPU")]
        print_head("one client, median", f"{empty.bookings} bookings, 10 stores", *columns, "goal", "reached")
        growth = Growth(postmaster, empty, list(larger.values()), asked)
        for title, turn in TURNS.items():
            growth.measure(title, turn)
    return growth.faults
