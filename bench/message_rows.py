"""What is measured of messages that leave, each as rows of the table; `bench/messages.py` prints them."""

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from bench.message_house import Works, beside, p95, run_inside, start_another_worker, works
from bench.running import cpu_seconds
from tests import webhook_receiver
from tests.fake_twilio import SLOW
from tests.servers import kill
from tests.webhook_receiver import DRIP, HANG

ALL_DUE, ALL_DUE_SECONDS = 42_000, 15 * 60
KILL_EVERY_SECONDS = 60
TURNS = 2
SLOW_SECONDS, SLOW_ONES_AFTER = 10.0, 40


class Row(NamedTuple):
    """One line of the table."""

    what: str
    figure: str
    goal: str
    is_reached: bool | str


class Asked(NamedTuple):
    """What the command asks for."""

    due: int
    seconds: int
    is_sqlite: bool
    kills: bool


def rush(asked: Asked) -> Iterator[Row]:
    """All are due at one moment, at a provider that refuses more than 50 a second."""
    with works(asked.due, is_sqlite=asked.is_sqlite, SMS_PER_SECOND="50") as made:
        made.twilio.per_second = 50
        kills: list[float] = []

        def keep_killing(is_over: Callable[[], bool]) -> None:
            until = time.monotonic() + KILL_EVERY_SECONDS
            while not is_over():
                time.sleep(0.2)
                if asked.kills and time.monotonic() > until:
                    kill(made.house.worker())
                    kills.append(time.monotonic())
                    until += KILL_EVERY_SECONDS

        made.release()
        begun = time.time()
        with beside(keep_killing):
            made.wait_for_the_last()
        at = made.accepted_at()
        states = dict(made.house.rows("SELECT state, count(*) FROM notifications_outboxmessage GROUP BY state"))
    seconds = at[-1] - begun
    needed = ALL_DUE_SECONDS * asked.due / ALL_DUE
    doubled, lost = made.doubled(), asked.due - made.accepted_once()
    dead = f", {len(kills)} times kill -9" if asked.kills else ""
    what = f"{asked.due} due at one moment, provider at 50/s{dead}"
    yield Row(what, f"{seconds:.0f} s, {asked.due / seconds:.1f}/s", f"< {needed:.0f} s", seconds < needed)
    refused = made.twilio.too_fast
    exact = not doubled and not lost
    yield Row("doubled, lost; refused for haste", f"{doubled}, {lost}; {refused}", "0, 0", exact)
    assert states.get("sent", 0) + states.get("delivered", 0) >= asked.due, states


def workers(asked: Asked) -> Iterator[Row]:
    """Two workers send beside each other what one sends alone; both as steadily as they do in the middle of it."""
    rates = []
    for count in (1, 2):
        due = count * asked.due // 4
        with works(due, is_sqlite=asked.is_sqlite) as made:
            for _ in range(count - 1):
                start_another_worker(made.house)
            worker = made.house.worker()[0]
            cpu = cpu_seconds(worker)
            made.release()
            made.wait_for_the_last()
            cpu_ms = (cpu_seconds(worker) - cpu) * 1000 * count / due
            rates.append(_steady_rate(made))
            assert not made.doubled()
        if count == 1:
            yield Row("texts, one worker", f"{rates[0]:.1f}/s, {cpu_ms:.2f} ms of processor time each", "", "")
    ratio = rates[1] / rates[0]
    yield Row("texts, two workers", f"{rates[1]:.1f}/s, × {ratio:.2f}", "≥ 1.9 ×", ratio >= 1.9)


def mails(asked: Asked) -> Iterator[Row]:
    with works(asked.due, is_sqlite=asked.is_sqlite, has_email=True) as made:
        worker = made.house.worker()[0]
        cpu = cpu_seconds(worker)
        made.release()
        made.wait_for_the_last()
        cpu_ms = (cpu_seconds(worker) - cpu) * 1000 / asked.due
        rate = _steady_rate(made)
        assert len(made.accepted_at()) == asked.due
    yield Row("e-mails, one worker", f"{rate:.0f}/s, {cpu_ms:.2f} ms of processor time each", "≥ 200/s", rate >= 200)


def bookings(asked: Asked) -> Iterator[Row]:
    """Four bookings a second, in turns while nothing is sent and while messages flow."""
    each = asked.seconds // TURNS
    quiet: list[float] = []
    during: list[float] = []
    with works(each * TURNS * 80, is_sqlite=asked.is_sqlite) as made:
        made.book_evenly(10)
        for _ in range(TURNS):
            quiet += made.book_evenly(each)
            made.release(each * 80)
            time.sleep(3)  # until the worker has looked
            during += made.book_evenly(each)
            made.hold_back()
            made.wait_for_the_last()
    yield _ratio("bookings while messages flow", quiet, during)


def slow_answer(asked: Asked) -> Iterator[Row]:
    """One text is answered after ten seconds; how long the others, due meanwhile, wait."""
    with works(SLOW_ONES_AFTER + 1, is_sqlite=asked.is_sqlite) as made:
        made.book()  # its text goes first, and warms what is needed once
        time.sleep(5)
        until = time.monotonic() + SLOW_SECONDS + 3600
        made.twilio.hang_seconds, made.twilio.is_enough = SLOW_SECONDS, lambda: time.monotonic() > until
        made.twilio.faults = [SLOW]
        waits = []
        before = len(made.twilio.accepted)
        made.book()
        for number in range(1, int(SLOW_SECONDS / 0.5) - 3):
            begun = time.monotonic()
            made.book()
            while len(made.twilio.accepted) - before < number and time.monotonic() - begun < SLOW_SECONDS:
                time.sleep(0.01)
            waits.append(time.monotonic() - begun)
            time.sleep(max(0.0, 0.4 - waits[-1]))
    worst = max(waits)
    yield Row(
        f"one answer takes {SLOW_SECONDS:.0f} s: {len(waits)} others wait, worst", f"{worst:.2f} s", "< 1 s", worst < 1
    )


def hostile_webhooks(asked: Asked) -> Iterator[Row]:
    """Four bookings a second, in turns without webhooks and with four that drip or hang."""
    each = asked.seconds // TURNS
    quiet: list[float] = []
    during: list[float] = []
    with (
        webhook_receiver.running() as drips,
        webhook_receiver.running() as hangs,
        works(1, is_sqlite=asked.is_sqlite, WEBHOOK_NETWORKS="127.0.0.0/8,::1/128") as made,
    ):
        drips.fault, hangs.fault = DRIP, HANG
        made.book_evenly(10)
        for _ in range(TURNS):
            quiet += made.book_evenly(each)
            run_inside(made.house, "bench.message_table", add_webhooks=[drips.url, drips.url, hangs.url, hangs.url])
            during += made.book_evenly(each)
            run_inside(made.house, "bench.message_table", add_webhooks=[])
        called = len(drips.received) + len(hangs.received)
    yield _ratio(f"bookings while four webhooks drip or hang ({called} calls)", quiet, during)


def _ratio(what: str, quiet: list[float], during: list[float]) -> Row:
    ratio = p95(during) / p95(quiet)
    told = f"{p95(quiet):.1f} → {p95(during):.1f} ms, × {ratio:.2f} ({len(quiet)}, {len(during)})"
    return Row(f"{what}, 95 of 100", told, "≤ 1.2 ×", ratio <= 1.2)


def _steady_rate(made: Works) -> float:
    """Return how many were accepted a second, without the first and last tenth: the start and the end of a run."""
    at = made.accepted_at()
    tenth = len(at) // 10
    return (len(at) - 2 * tenth - 1) / (at[-1 - tenth] - at[tenth])


ROWS: dict[str, Callable[[Asked], Iterator[Any]]] = {
    "rush": rush, "workers": workers, "mails": mails, "bookings": bookings, "slow": slow_answer,
    "webhooks": hostile_webhooks,
}  # fmt: skip
