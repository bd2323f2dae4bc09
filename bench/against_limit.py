"""Carillon against the limit of Django and PostgreSQL on this machine, in one run: `make bench`.

    .venv/bin/python -m bench.against_limit [--bookings 100000] [--secs 3] [--rounds 3] [--only WORD] ...

Starts a PostgreSQL of its own, as durable as it ships, Carillon as it ships (two web processes and the worker) and a
bare Django that does the same work, and prints one table: Carillon, limit, ratio, goal. Each figure is the median of
some rounds, in each of which both are measured one after the other. docs/performance.md says how to read it.
"""

import argparse
import os
import signal
import sys
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import NamedTuple

from bench import load
from bench.growth import print_growth
from bench.limit_database import booked_at, make_slot
from bench.limit_turns import Limit
from bench.product import Product
from bench.running import Carillon, LimitServer, carillon, cpu_seconds, limit, postgres
from bench.tables import print_head, print_row

CLIENTS = 16
RACE_PLACES, RACE_SECONDS = 5, 0.4
BUSY_PAGE_KB, WEB_PROCESS_MB, FLAT = 150, 150, 1.05
FIRST_REQUESTS = 5000
LIMIT_EVENTS = 500


@dataclass(frozen=True)
class Row:
    """A line of the table. A rate should be so many times the limit's at least, a median so many times at most."""

    title: str
    turn: str
    goal: float
    clients: int = 1
    is_worker_paused: bool = False
    has_stock_limit: bool = False
    goal_ms: float = 0  # for the product alone, instead of a ratio
    per_event: bool = False

    @property
    def is_rate(self) -> bool:
        return self.clients > 1

    def said(self, figure: float) -> str:
        return f"{figure:.0f}/s" if self.is_rate else f"{figure:.3g} ms"


ROWS = (
    Row("availability of one day, JSON", "day", 0.6, CLIENTS),
    Row("availability of one day, JSON", "day", 2.5),
    Row("availability of 14 days, JSON", "fortnight", 0.6, CLIENTS),
    Row("day of 500 as HTML", "busy_html", 1.2),
    Row("day of 500 as JSON", "busy_json", 3),
    Row("one .ics", "one_ics", 2),
    Row("feed, for each event", "whole_feed", 3, per_event=True),
    Row("POST /bookings", "book", 0, goal_ms=4),
    Row("POST /bookings, the worker sends", "book", 0.35, CLIENTS),
    Row("POST /bookings, worker stopped", "book", 0.6, CLIENTS, is_worker_paused=True),
    Row("whole way by pages, the worker sends", "whole_way", 0.35, CLIENTS, has_stock_limit=True),
    Row("whole way by pages, worker stopped", "whole_way", 0.5, CLIENTS, is_worker_paused=True, has_stock_limit=True),
)
RACE = "200 at once at one slot of 5"
MEMORY = "web process"
GROWTH = "growth"
HEAD = ("what", "clients", "Carillon", "limit", "ratio", "by CPU", "goal", "reached")


class Limits(NamedTuple):
    """The limit's database, its server, and its server with the middleware of a new project."""

    url: str
    bare: LimitServer
    stock: LimitServer


class Comparison:
    """Carillon and the limit, both running; what is measured is printed at once."""

    def __init__(self, postmaster: int, product: Carillon, limits: Limits, asked: argparse.Namespace) -> None:
        self.postmaster, self.product, self.limits = postmaster, product, limits
        self.seconds, self.rounds = asked.secs, asked.rounds
        self.limit = Limit()
        self.faults: list[str] = []
        self.requests_of_way = 0.0

    def measure(self, row: Row) -> None:
        """Measure a row by rounds, and print it."""
        ours, theirs = [], []
        server = self.limits.stock if row.has_stock_limit else self.limits.bare
        for _ in range(self.rounds):
            with self.product.paused_worker() if row.is_worker_paused else nullcontext():
                ours.append(self._cost(row, self.product.product, self.product))
            with self.product.paused_worker():
                theirs.append(self._cost(row, self.limit, server))
        share = LIMIT_EVENTS / self.product.product.events if row.per_event else 1
        ratio = share * median(mine[0] / bare[0] for mine, bare in zip(ours, theirs, strict=True))
        cpu = share * median(mine[1] / bare[1] for mine, bare in zip(ours, theirs, strict=True))
        ours_each, theirs_each = (self.product.product.events, LIMIT_EVENTS) if row.per_event else (1, 1)
        mine, bare = median(cost[0] for cost in ours) / ours_each, median(cost[0] for cost in theirs) / theirs_each
        is_reached = ratio >= row.goal if row.is_rate else ratio <= row.goal
        goal = f"{'≥' if row.is_rate else '≤'} {row.goal} ×"
        if row.goal_ms:
            goal, is_reached = f"≤ {row.goal_ms:g} ms", mine <= row.goal_ms
        print_row(row.title, row.clients, row.said(mine), row.said(bare), f"{ratio:.2f}",
                  f"{1 / cpu if row.is_rate else cpu:.2f}", goal, is_reached)  # fmt: skip
        if row.turn == "busy_html":
            self._print_size(row)

    def _cost(self, row: Row, target: Product | Limit, server: Carillon | LimitServer) -> tuple[float, float]:
        """Return turns a second where there are several clients, or else a turn's median in ms; and its CPU in ms."""
        turn = getattr(target, row.turn)
        before = cpu_seconds(server.web, self.postmaster)
        figures = load.measure(turn, port=server.port, clients=row.clients, seconds=self.seconds)
        spent = cpu_seconds(server.web, self.postmaster) - before
        self.note_faults(f"{row.title} ({type(target).__name__})", figures)
        if row.turn == "whole_way" and isinstance(target, Product):
            self.requests_of_way = figures.requests_a_turn
        return figures.per_second if row.is_rate else figures.median_ms, figures.cpu_ms(spent)

    def _print_size(self, row: Row) -> None:
        size = self.product.product.bytes[row.turn] / 1000
        print_row(f"{row.title}, its size", "", f"{size:.0f} kB", "", "", "", f"≤ {BUSY_PAGE_KB} kB",
                  size <= BUSY_PAGE_KB)  # fmt: skip

    def race(self) -> None:
        """Let 200 want one slot of five, round by round; print how long it took, and whether five had it."""
        ours, theirs, is_exact = [], [], True
        for _ in range(self.rounds):
            start = self.product.product.next_race()
            figures = load.race(self.product.product.book_same, port=self.product.port)
            self.note_faults(RACE, figures)
            stored = self.product.booked_at(start.isoformat())
            is_exact &= figures.outcomes[load.DONE] == stored == RACE_PLACES and not figures.faults
            ours.append(figures.seconds)
            self.limit.race_slot = make_slot(self.limits.url)
            with self.product.paused_worker():
                theirs.append(load.race(self.limit.book_same, port=self.limits.bare.port).seconds)
            assert booked_at(self.limits.url, self.limit.race_slot) == RACE_PLACES
        ratio = median(a / b for a, b in zip(ours, theirs, strict=True))
        print_row(RACE, load.AT_ONCE, f"{median(ours):.2f} s{'' if is_exact else ', NOT EXACT'}",
                  f"{median(theirs):.2f} s", f"{ratio:.1f}", "", f"exact, ≤ {RACE_SECONDS} s, no 5xx",
                  is_exact and median(ours) <= RACE_SECONDS)  # fmt: skip

    def memory(self, requests: int) -> None:
        """Print what a web process holds after some thousand requests of all kinds, and after many more."""
        self._ask_anything(FIRST_REQUESTS)
        first = max(self.product.web_megabytes())
        title = f"{MEMORY}, after {FIRST_REQUESTS} more requests"
        print_row(title, "", f"{first} MB", "", "", "", f"< {WEB_PROCESS_MB} MB", first < WEB_PROCESS_MB)
        if requests:
            self._ask_anything(requests)
            last = max(self.product.web_megabytes())
            print_row(f"{MEMORY}, after {requests} more", "", f"{last} MB", "", f"{last / first:.2f}", "", "flat",
                      last <= first * FLAT)  # fmt: skip

    def _ask_anything(self, requests: int) -> None:
        turn = self.product.product.anything
        figures = load.count_out(turn, port=self.product.port, clients=CLIENTS, requests=requests)
        self.note_faults(MEMORY, figures)

    def note_faults(self, title: str, figures: load.Figures) -> None:
        full, turns = figures.outcomes[load.FULL], sum(figures.outcomes.values())
        if figures.faults or (title != RACE and full > turns / 10):
            self.faults.append(f"{title}: {dict(figures.faults)}, full {full} of {turns}")


def run(asked: argparse.Namespace) -> int:
    """Measure what was asked for; return 1 where a client got an answer that it should not have got."""

    def is_wanted(title: str) -> bool:
        return not asked.only or any(word in title for word in asked.only)

    rows = [row for row in ROWS if is_wanted(row.title)]
    with ExitStack() as running:
        server, postmaster = running.enter_context(postgres())
        product = running.enter_context(carillon(server, bookings=asked.bookings, stores=0))
        limits = Limits(*running.enter_context(limit(server)))
        comparison = Comparison(postmaster, product, limits, asked)
        print(f"{datetime.now(UTC):%Y-%m-%d}, {product.bookings} bookings, {os.cpu_count()} cores, "
              f"load before {os.getloadavg()[1]:.1f}\n")  # fmt: skip
        print_head(*HEAD)
        for row in rows:
            if row.turn == "book" and row.clients == 1 and is_wanted(RACE):
                comparison.race()
            comparison.measure(row)
        if not rows and is_wanted(RACE):
            comparison.race()
        if is_wanted(MEMORY):
            comparison.memory(asked.requests)
        if comparison.requests_of_way:
            print(f"\nThe whole way is {comparison.requests_of_way:.1f} requests, that of the limit 3.")
        if is_wanted(GROWTH):
            comparison.faults += print_growth(server, postmaster, product, asked)
    for fault in comparison.faults:
        print(f"fault: {fault}", file=sys.stderr)
    return 1 if comparison.faults else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bookings", type=int, default=100_000, help="bookings in the database: 0, 100000, 1000000")
    parser.add_argument("--stores", type=int, default=10_000, help="stores of the growth table; 0 leaves them out")
    parser.add_argument("--requests", type=int, default=20_000, help="requests between two looks at the memory")
    parser.add_argument("--secs", type=float, default=3, help="seconds of each load")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the median counts")
    parser.add_argument("--only", action="append", default=[], help="rows in whose names this stands; may be repeated")
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
