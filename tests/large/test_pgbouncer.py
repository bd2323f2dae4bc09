"""Carillon behind PgBouncer in transaction mode, where each transaction may be in another session."""

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg
import pytest

from tests.asking import Answer, booking_at, slot
from tests.large.pgbouncer import MISSING, POOL_SIZE, find_pgbouncer, running_pgbouncer
from tests.postgres import programs, running_server
from tests.servers import House, house_at, new_database, wait_until
from tests.threads import at_once

pytestmark = [pytest.mark.slow, pytest.mark.large]

CROWD = 200
PLACES = 5


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a running house behind PgBouncer; what needs a session of its own has the server's address."""
    if find_pgbouncer() is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    folder = tmp_path_factory.mktemp("pgbouncer")
    with running_server() as server, new_database(folder, is_migrated=True, server=server) as direct:
        search_path = f"{programs()}{os.pathsep}{os.environ['PATH']}"
        with (
            running_pgbouncer(direct) as pooled,
            house_at(pooled, DATABASE_DIRECT_URL=direct, PATH=search_path) as made,
        ):
            made.start()
            yield made


@pytest.fixture(scope="module")
def store(house: House) -> str:
    return house.make_store(capacity=PLACES)


def direct(house: House) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(house.settings["DATABASE_DIRECT_URL"], autocommit=True)


def book(house: House, store: str, *, index: int, number: int) -> Answer:
    return house.post("/api/v1/bookings", booking_at(store, slot(index=index), number=number))


def test_a_crowd_at_one_slot_gets_its_places_and_no_more(house: House, store: str) -> None:
    answers = at_once([partial(book, house, store, index=10, number=number) for number in range(CROWD)])

    assert Counter((one.status, one.code) for one in answers) == {
        (201, ""): PLACES,
        (409, "slot_full"): CROWD - PLACES,
    }
    assert house.check_books() == "The books are right."


def test_the_worker_sends_what_was_booked_and_cancelled(house: House, store: str) -> None:
    booked = book(house, store, index=20, number=1001)
    bearer = f"Bearer {booked.json['manage_token']}"
    path = f"/api/v1/bookings/{booked.json['reference']}"

    cancelled = house.post(f"{path}/cancel", {}, Authorization=bearer)

    assert (booked.status, cancelled.status) == (201, 200)
    assert house.get(path, Authorization=bearer).json["status"] == "cancelled"
    sql = "SELECT count(*) FROM notifications_outboxmessage WHERE state IN ('due', 'sending') AND due_at < now()"
    wait_until(lambda: house.rows(sql) == [(0,)], seconds=300, what="sent")
    sent = "SELECT count(*) FROM notifications_outboxmessage WHERE state = 'sent'"
    assert house.rows(sent) == [(len(list((house.data / "outbox").iterdir())),)]


def test_more_threads_than_sessions_share_them(house: House, store: str) -> None:
    path = f"/api/v1/stores/{store}/availability?visit_type=visit&from={slot()[:10]}&to={slot()[:10]}"
    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda _: house.get(path).status, range(100)))

    with closing(direct(house)) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert statuses == [200] * 100
    assert found
    assert 0 < int(str(found[0])) <= POOL_SIZE


def test_sessions_have_their_time_outs_from_the_role(house: House) -> None:
    assert house.rows("SHOW lock_timeout") == [("3s",)]
    assert house.rows("SHOW idle_in_transaction_session_timeout") == [("1min",)]


def test_a_lock_not_had_in_time_is_said_with_when_to_come_again(house: House, store: str) -> None:
    with closing(direct(house)) as connection, connection.transaction():
        connection.execute("SELECT 1 FROM stores_store FOR UPDATE")
        answer = book(house, store, index=30, number=1002)

    assert (answer.status, answer.code) == (503, "busy")
    assert int(answer.headers["retry-after"]) > 0
    assert book(house, store, index=30, number=1002).status == 201


def test_a_backup_goes_by_the_direct_address_and_leaves_nothing_in_the_sessions(
    house: House, store: str, tmp_path: Path
) -> None:
    booked = book(house, store, index=40, number=1003).json["reference"]
    house.manage("backup", str(tmp_path / "backup"))

    with ThreadPoolExecutor(POOL_SIZE) as pool:
        paths = list(pool.map(lambda _: house.rows("SHOW search_path"), range(4 * POOL_SIZE)))
    with new_database(tmp_path, server=house.settings["DATABASE_DIRECT_URL"]) as empty:
        house.run("restore", str(tmp_path / "backup"), DATABASE_URL=empty, DATABASE_DIRECT_URL="")
        with closing(psycopg.connect(empty)) as connection:
            restored = connection.execute("SELECT reference FROM booking_booking").fetchall()

    assert set(map(str, paths)) == {str([('"$user", public',)])}
    assert (booked,) in restored


def test_a_second_start_waits_for_the_first_in_a_session_of_its_own(house: House) -> None:
    """The lock of a start is one of a session, which no pooler could hold."""
    code = "from booking.operations.launcher.preparation import prepare; from booking.operations.direct_connection"
    command = f"{code} import directly\nwith directly(): prepare()"
    calls = [lambda: house.run("shell", "-v", "0", "-c", command).returncode for _ in range(3)]

    assert at_once(calls) == [0, 0, 0]
    with closing(direct(house)) as connection:
        assert connection.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'").fetchall() == []
