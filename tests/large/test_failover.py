"""The primary is gone and its standby takes over: nothing acknowledged is lost, and nobody restarts Carillon."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import psycopg
import pytest

from tests import prepared
from tests.asking import Answer, booking_at, slot
from tests.large.clusters import Server, running_pair
from tests.servers import House, house_at, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.large]

DATABASE = "shop"
CUSTOMERS = 4
# The primary says "done" once the standby has applied it.
SURE = ("synchronous_commit = 'remote_apply'", "synchronous_standby_names = '*'")


@dataclass
class Rush:
    """People who book all the time, and what they were answered."""

    answers: list[tuple[float, Answer]] = field(default_factory=list)

    @property
    def references(self) -> list[str]:
        return [answer.json["reference"] for _, answer in list(self.answers) if answer.status == 201]

    def statuses(self, *, since: float = 0, until: float = float("inf")) -> Counter[int]:
        return Counter(answer.status for at, answer in list(self.answers) if since <= at < until)


@contextmanager
def rush(house: House, store: str) -> Iterator[Rush]:
    made, is_over = Rush(), threading.Event()

    def keep_booking(number: int) -> None:
        while not is_over.is_set():
            answer = house.post("/api/v1/bookings", booking_at(store, slot(index=number % 90), number=number))
            made.answers.append((time.monotonic(), answer))
            number += CUSTOMERS
            if answer.status != 201:
                is_over.wait(0.1)

    threads = [threading.Thread(target=keep_booking, args=(number,)) for number in range(CUSTOMERS)]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def address_of_both(primary: Server, standby: Server) -> str:
    hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
    return f"postgres://carillon@{hosts}/{DATABASE}?target_session_attrs=read-write"


def test_nothing_acknowledged_is_lost_and_the_house_goes_on_by_itself() -> None:
    with running_pair(*SURE) as (primary, standby):
        prepared.copy_migrated_database(primary.address(), DATABASE)
        with house_at(address_of_both(primary, standby)) as house:
            house.start()
            store = house.make_store(capacity=200)
            processes = house.processes()
            with rush(house, store) as made:
                wait_until(lambda: len(made.references) > 30, seconds=300, what="busy")
                primary.stop()
                gone_at = time.monotonic()
                wait_until(lambda: made.statuses(since=gone_at)[503] > 5, seconds=300, what="refused")
                promoted_at = time.monotonic()
                standby.promote()
                wait_until(lambda: made.statuses(since=promoted_at)[201] > 30, seconds=300, what="booking again")
            wait_until(house.is_ready, seconds=300, what="ready")

            assert set(made.statuses()) <= {201, 503}
            refused = [answer for _, answer in made.answers if answer.status == 503]
            assert {answer.code for answer in refused} == {"busy"}
            assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
            assert processes == house.processes()
            with closing(psycopg.connect(standby.address(DATABASE))) as connection:
                there = {one for (one,) in connection.execute("SELECT reference FROM booking_booking").fetchall()}
            assert set(made.references) <= there
            assert house.check_books() == "The books are right."


def test_the_worker_sends_after_a_failover_what_was_booked_before_it() -> None:
    with running_pair(*SURE) as (primary, standby):
        prepared.copy_migrated_database(primary.address(), DATABASE)
        with house_at(address_of_both(primary, standby)) as house:
            house.start()
            store = house.make_store(capacity=2)
            booked = house.post("/api/v1/bookings", booking_at(store, slot(), number=1)).json["reference"]
            primary.stop()
            standby.promote()

            wait_until(lambda: confirmed(house, booked), seconds=400, what="sent")
            assert len([one for one in (house.data / "outbox").iterdir() if "confirmation" in one.name]) == 1


def confirmed(house: House, reference: str) -> bool:
    sql = "SELECT state FROM notifications_outboxmessage WHERE kind = 'confirmation' AND subject = '{}'"
    return house.rows(sql.format(reference)) == [("sent",)]
