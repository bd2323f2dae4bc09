"""The load: so many clients, each of which makes its next request once it has the answer to the last; and the race."""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bench.http_client import Visitor

WARM_SECONDS = 0.7
AT_ONCE = 200

# One turn of a client; it returns DONE, FULL where what it wanted was gone, or else what went wrong.
Turn = Callable[[Visitor], Awaitable[str]]
DONE, FULL = "done", "full"


@dataclass
class Figures:
    """What one load gave: turns by their outcome, the seconds of each that was done, and the seconds of all."""

    outcomes: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    requests: int = 0
    warm_turns: int = 0

    @property
    def per_second(self) -> float:
        return self.outcomes[DONE] / self.seconds

    @property
    def median_ms(self) -> float:
        return statistics.median(self.times) * 1000 if self.times else float("nan")

    def cpu_ms(self, seconds: float) -> float:
        """Return the processor time of a turn in ms, of what servers spent on all, those not counted included."""
        return seconds * 1000 / max(1, sum(self.outcomes.values()) + self.warm_turns)

    @property
    def requests_a_turn(self) -> float:
        return self.requests / max(1, sum(self.outcomes.values()))

    @property
    def faults(self) -> dict[str, int]:
        """Outcomes that are neither done nor full."""
        return {outcome: count for outcome, count in self.outcomes.items() if outcome not in (DONE, FULL)}


def measure(turn: Turn, *, port: int, clients: int, seconds: float) -> Figures:
    """Run a load for so many seconds, after a short one that nobody counts."""
    return asyncio.run(_measure(turn, port, clients, seconds))


def count_out(turn: Turn, *, port: int, clients: int, requests: int) -> Figures:
    """Run a load until so many requests are made."""
    return asyncio.run(_count_out(turn, port, clients, requests))


def race(turn: Turn, *, port: int) -> Figures:
    """Open 200 connections, then let each of them take its turn at once."""
    return asyncio.run(_race(turn, port))


async def _measure(turn: Turn, port: int, clients: int, seconds: float) -> Figures:
    visitors = [Visitor(port) for _ in range(clients)]
    warm = await _turns(turn, visitors, lambda begun: time.perf_counter() - begun < WARM_SECONDS)
    figures = await _turns(turn, visitors, lambda begun: time.perf_counter() - begun < seconds)
    figures.warm_turns = sum(warm.outcomes.values())
    for visitor in visitors:
        visitor.close()
    return figures


async def _count_out(turn: Turn, port: int, clients: int, requests: int) -> Figures:
    visitors = [Visitor(port) for _ in range(clients)]
    figures = await _turns(turn, visitors, lambda _: sum(visitor.requests for visitor in visitors) < requests)
    for visitor in visitors:
        visitor.close()
    return figures


async def _race(turn: Turn, port: int) -> Figures:
    visitors = [Visitor(port) for _ in range(AT_ONCE)]
    for visitor in visitors:
        await visitor.connect()
    figures = Figures()
    begun = time.perf_counter()
    await asyncio.gather(*(_take_turn(turn, visitor, figures) for visitor in visitors))
    figures.seconds = time.perf_counter() - begun
    for visitor in visitors:
        visitor.close()
    return figures


async def _turns(turn: Turn, visitors: list[Visitor], goes_on: Callable[[float], bool]) -> Figures:
    figures, before = Figures(), sum(visitor.requests for visitor in visitors)
    begun = time.perf_counter()

    async def client(visitor: Visitor) -> None:
        while goes_on(begun):
            await _take_turn(turn, visitor, figures)

    await asyncio.gather(*(client(visitor) for visitor in visitors))
    figures.seconds = time.perf_counter() - begun
    figures.requests = sum(visitor.requests for visitor in visitors) - before
    return figures


async def _take_turn(turn: Turn, visitor: Visitor, figures: Figures) -> None:
    begun = time.perf_counter()
    try:
        outcome = await turn(visitor)
    except (OSError, ValueError, LookupError) as fault:
        visitor.close()
        outcome = f"{type(fault).__name__} {fault}"[:80]
    figures.outcomes[outcome] += 1
    if outcome == DONE:
        figures.times.append(time.perf_counter() - begun)
