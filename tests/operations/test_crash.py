"""Processes killed in the middle of things: what was answered is there, and what was sent was sent once."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.client import HTTPException
from subprocess import DEVNULL
from typing import Any

import pytest

from tests import fake_twilio, servers
from tests.asking import Answer, booking_at, slot
from tests.fake_twilio import FakeTwilio
from tests.servers import BASE, UNTIL_WE_DIE, House, kill, wait_until

pytestmark = pytest.mark.slow

WEB_KILLS = 3
WORKER_KILLS = 5
MESSAGES_EACH = 8
CUSTOMERS = 4
SEED = 20261201
LONG_AGO = "'2026-01-01 00:00:00+00:00'"
FAULTS = [
    fake_twilio.NONE,
    fake_twilio.NONE,
    fake_twilio.NONE,
    fake_twilio.HANG_AFTER,
    fake_twilio.CUT_AFTER,
    fake_twilio.ERROR_AFTER,
    fake_twilio.ERROR_BEFORE,
    fake_twilio.BUSY,
]


# --- the web server ---
class Customers:
    """Customers who book all the time, each time until they have an answer, with one key a booking."""

    def __init__(self, house: House, store: str) -> None:
        self.house, self.store = house, store
        self.is_over = threading.Event()
        self.answers: dict[int, list[Answer]] = {}
        self.broken = 0  # calls that had no answer

    def wish(self, number: int) -> dict[str, Any]:
        return booking_at(self.store, slot(index=number % 90), number=number)

    def book(self, number: int) -> Answer:
        return self.house.post("/api/v1/bookings", self.wish(number), Idempotency_Key=f"key-{number}")

    def keep_booking(self, first: int) -> None:
        number = first
        while not self.is_over.is_set():
            try:
                answer = self.book(number)
            except (OSError, HTTPException):
                self.broken += 1
                time.sleep(0.05)
                continue
            self.answers.setdefault(number, []).append(answer)
            if answer.status == 201:
                number += CUSTOMERS

    @contextmanager
    def at_work(self) -> Iterator[None]:
        threads = [threading.Thread(target=self.keep_booking, args=(first,)) for first in range(CUSTOMERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.is_over.set()
            for thread in threads:
                thread.join()


def test_killed_web_server_loses_no_booking_and_makes_none_twice() -> None:
    chance = random.Random(SEED)
    with servers.running() as house:
        customers = Customers(house, house.make_store(capacity=200))

        with customers.at_work():
            for _ in range(WEB_KILLS):
                time.sleep(chance.uniform(0.5, 1.5))
                kill(house.web())
                wait_until(house.is_serving, seconds=180, what="serving again")
            time.sleep(0.5)

        statuses = {answer.status for answers in customers.answers.values() for answer in answers}
        told = {number: answers[-1] for number, answers in customers.answers.items() if answers[-1].status == 201}
        booked = {reference for (reference,) in house.rows("SELECT reference FROM booking_booking")}
        again = {number: customers.book(number) for number in list(told)[-50:]}
        assert statuses <= {201, 409, 503}
        assert customers.broken > 0
        assert {answer.json["reference"] for answer in told.values()} <= booked
        assert len(booked) - len(told) in range(CUSTOMERS + 1)  # those whose answer never came
        assert {number: answer.body for number, answer in again.items()} == {n: told[n].body for n in again}
        assert house.rows("SELECT COUNT(*) FROM booking_booking") == [(len(booked),)]
        assert house.check_books() == "The books are right."


# --- the worker ---
@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with fake_twilio.running() as server:
        server.hang_seconds = 1.0
        yield server


@contextmanager
def house_without_worker(twilio: FakeTwilio) -> Iterator[House]:
    """Give a house whose first process is frozen, so that nobody starts the worker again but us."""
    gateway: dict[str, Any] = {
        "SMS_GATEWAY": "twilio",
        "TWILIO_ACCOUNT_SID": fake_twilio.ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": fake_twilio.AUTH_TOKEN,
        "TWILIO_FROM": fake_twilio.FROM,
        "TWILIO_API_URL": twilio.url,
    }
    with servers.running(**gateway) as house:
        assert house.process is not None
        kill([house.process.pid], signal.SIGSTOP)
        kill(house.worker())
        yield house


@contextmanager
def worker(house: House) -> Iterator[None]:
    """Run a worker, and kill it at the end of the block."""
    command = [*UNTIL_WE_DIE, sys.executable, "-m", "booking.operations.launcher.worker"]
    process = subprocess.Popen(command, cwd=BASE, env=house.environment, stdout=DEVNULL, stderr=DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def let_time_pass(house: House, *, what: str) -> None:
    """Let the leases of dead workers run out, or the time of the next try come."""
    column, state = {"leases": ("lease_until", "sending"), "tries": ("try_at", "due")}[what]
    house.execute(f"UPDATE notifications_outboxmessage SET {column} = {LONG_AGO}"
                  f" WHERE state = '{state}' AND kind = 'confirmation'")  # fmt: skip


def states(house: House) -> Counter[str]:
    rows = house.rows("SELECT state FROM notifications_outboxmessage WHERE kind = 'confirmation'")
    return Counter(state for (state,) in rows)


def has_new_call(twilio: FakeTwilio, calls: int) -> bool:
    return len(twilio.calls) > calls


def test_killed_worker_loses_no_message_and_sends_none_twice(twilio: FakeTwilio) -> None:
    chance = random.Random(SEED)
    twilio.faults = [chance.choice(FAULTS) for _ in range(200)]
    interrupted = 0
    with house_without_worker(twilio) as house:
        store = house.make_store(capacity=WORKER_KILLS * MESSAGES_EACH)
        for kill_number in range(WORKER_KILLS):
            for number in range(MESSAGES_EACH):
                wish = booking_at(store, slot(), number=kill_number * MESSAGES_EACH + number)
                assert house.post("/api/v1/bookings", wish).status == 201
            calls = len(twilio.calls)
            with worker(house):
                wait_until(partial(has_new_call, twilio, calls), seconds=180, what="sending")
                time.sleep(chance.uniform(0, 2))
            interrupted += states(house)["sending"]
            let_time_pass(house, what="leases")
            let_time_pass(house, what="tries")

        twilio.faults = []
        with worker(house):
            wait_until(lambda: is_settled(house), seconds=180, what="all sent")

        assert interrupted > 0
        assert states(house) == {"sent": WORKER_KILLS * MESSAGES_EACH}
        assert set(Counter(message["body"] for message in twilio.accepted).values()) == {1}
        assert len(twilio.accepted) == WORKER_KILLS * MESSAGES_EACH
        assert house.check_books() == "The books are right."


def is_settled(house: House) -> bool:
    """Tell whether nothing is on its way any more; where something waits, let its time come."""
    let_time_pass(house, what="tries")
    just_now = datetime.now(UTC) - timedelta(seconds=1)  # the queue counts on from there in minutes, up to today
    house.execute(f"UPDATE django_q_schedule SET next_run = '{just_now.isoformat(' ')}' WHERE name = 'deliver'")
    time.sleep(0.5)
    return not states(house).keys() & {"due", "sending"}
