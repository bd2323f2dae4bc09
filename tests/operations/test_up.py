"""`manage.py up`: what it starts again, what it says, and that it leaves nothing behind."""

import http.client
import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import StringIO
from itertools import count
from stat import S_IMODE
from typing import Any

import psycopg
import pytest

from booking.management.commands.up import ALONE, Command
from tests import servers
from tests.asking import Answer, booking_at, slot
from tests.operations.refused_starts import refused
from tests.servers import POSTGRES, House, kill, wait_until

pytestmark = pytest.mark.slow
# Written by the worker and the timetable at each start.
RESTLESS_TABLES = {"booking_workerbeat", "django_q_ormq", "django_q_schedule", "sqlite_sequence"}


@pytest.fixture(scope="module")
def home() -> Iterator[House]:
    with servers.house() as made:
        yield made


@pytest.fixture
def house(home: House) -> House:
    """Give a house in which everything runs, started again where a test has stopped it."""
    if not home.is_ready():
        home.end()
        home.start()
    return home


def test_second_start_changes_no_data(house: House) -> None:
    store = house.make_store(capacity=3)
    booked = house.post("/api/v1/bookings", booking_at(store, slot(), number=1))
    wait_until(lambda: outbox_states(house, booked) == {"sent"}, seconds=180, what="sent")
    before = resting(house)

    house.stop()
    house.start()

    assert resting(house) == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_everything_stops_under_load_when_asked_to(house: House, number: int) -> None:
    store = house.make_store(capacity=3)

    with load(house, store) as answered:
        wait_until(lambda: len(answered) > 20, seconds=180, what="busy")
        status = house.stop(number)

    assert status == 0
    assert house.processes() == []
    assert set(answered) <= {200, 201, 409}
    assert house.check_books() == "The books are right."


@pytest.mark.plain
def test_nothing_outlives_a_killed_first_process(house: House) -> None:
    assert house.process is not None

    house.process.kill()
    house.process.wait()

    wait_until(lambda: house.processes() == [], seconds=180, what="gone")


@pytest.mark.plain
@pytest.mark.parametrize("which", [slice(None), slice(0, 1), slice(1, None)], ids=["all", "master", "workers"])
def test_killed_web_server_comes_back(house: House, which: slice) -> None:
    before = house.web()

    kill(before[which])

    wait_until(lambda: not set(before[which]) & set(house.processes()), seconds=180, what="gone")
    wait_until(house.is_serving, seconds=180, what="serving again")
    wait_until(lambda: len(house.web()) == len(before), seconds=180, what="complete again")


@pytest.mark.plain
def test_port_answers_throughout_while_one_of_two_web_processes_is_killed_again_and_again() -> None:
    with servers.running(WEB_WORKERS="2") as house:
        master, *workers = house.web()
        refused_after: list[int] = []
        for killed in range(4):
            kill(house.web()[-1:])
            refused_after += [killed for _ in range(10) if not answers(house)]
            wait_until(lambda: len(house.web()) == 3, seconds=180, what="complete again")

        assert len(workers) == 2
        assert refused_after == []
        assert house.web()[0] == master


def answers(house: House) -> bool:
    """Tell whether the port takes connections; what was in the killed process's hands is lost with it."""
    try:
        house.get("/healthz")
    except ConnectionRefusedError:
        return False
    except (OSError, http.client.HTTPException):
        return True
    return True


def test_worker_that_stops_working_is_told_of_and_comes_back_when_killed(house: House) -> None:
    stopped = house.worker()
    kill(stopped, signal.SIGSTOP)
    house.execute("UPDATE booking_workerbeat SET executed_at = '2026-01-01 00:00:00+00:00'")

    answer = house.get("/readyz")
    kill(stopped)

    assert answer.status == 503
    assert answer.json["ready"] is False
    assert [reason.partition(":")[0] for reason in answer.json["wrong"]] == ["worker"]
    wait_until(house.is_ready, seconds=180, what="ready again")
    assert len(house.worker()) == 1
    assert house.worker() != stopped


@pytest.mark.skipif(not POSTGRES, reason="SQLite is a file and does not go away")
def test_database_that_goes_away_is_told_of_and_comes_back(house: House) -> None:
    store = house.make_store(capacity=5)

    with without_database(house):
        answers = {path: house.get(path) for path in ("/healthz", "/readyz", f"/s/{store}/", f"/api/v1/stores/{store}")}
        refused_booking = house.post("/api/v1/bookings", booking_at(store, slot(), number=70_000))
    wait_until(house.is_ready, seconds=180, what="ready again")
    booked = house.post("/api/v1/bookings", booking_at(store, slot(), number=70_000))

    assert [answer.status for answer in answers.values()] == [200, 503, 503, 503]
    assert answers["/readyz"].json["wrong"][0].startswith("database:")
    assert (refused_booking.status, refused_booking.code) == (503, "busy")
    assert int(refused_booking.headers["retry-after"]) > 0
    assert booked.status == 201
    wait_until(lambda: outbox_states(house, booked) == {"sent"}, seconds=180, what="sent")


@contextmanager
def without_database(house: House) -> Iterator[None]:
    """End all connections to the house's database, and let nobody in for the length of a block."""
    name = house.database_url.rpartition("/")[2]
    with closing(psycopg.connect(POSTGRES, autocommit=True)) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


@contextmanager
def load(house: House, store: str) -> Iterator[list[int]]:
    """Let four customers look and book all the time; collect the statuses of what was answered at all."""
    answered: list[int] = []
    is_over = threading.Event()
    numbers = count(1000)

    def ask() -> None:
        while not is_over.is_set():
            wish = booking_at(store, slot(index=next(numbers) % 90), number=next(numbers))
            try:
                answered.append(house.get(f"/s/{store}/").status)
                answered.append(house.post("/api/v1/bookings", wish).status)
            except OSError:
                is_over.wait(0.05)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield answered
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def outbox_states(house: House, booked: Answer) -> set[str]:
    """Return the states of what is to be said at once about a booking."""
    sql = "SELECT state FROM notifications_outboxmessage WHERE kind = 'confirmation' AND subject = '{}'"
    return {state for (state,) in house.rows(sql.format(booked.json["reference"]))}


def resting(house: House) -> dict[str, list[str]]:
    """Return what is in all tables, but for what changes whenever anything runs."""
    return {name: rows for name, rows in house.tables().items() if name not in RESTLESS_TABLES}


@pytest.mark.plain
@pytest.mark.parametrize(
    ("address", "proxies", "is_warned"),
    [
        ("127.0.0.1", [], False),
        ("localhost", [], False),
        ("::1", [], False),
        ("0.0.0.0", [], True),
        ("::", [], True),
        ("192.168.1.20", [], True),
        ("0.0.0.0", ["192.168.1.1"], False),
    ],
)
def test_address_that_others_reach_without_a_proxy_is_warned_of(
    db: None, settings: Any, address: str, proxies: list[str], is_warned: bool
) -> None:
    settings.TRUSTED_PROXIES = proxies
    said = StringIO()
    Command(stderr=said)._say_where(address, 8000)
    assert (ALONE in said.getvalue()) is is_warned


def test_demo_is_made_on_this_machine_alone_with_a_password_of_its_own() -> None:
    with servers.running(has_demo=True) as house:
        file = house.data / "demo_password"
        password = file.read_text().strip()
        signed_in = house.post("/api/v1/staff/token", {"username": "demo-manager", "password": password})

        assert S_IMODE(file.stat().st_mode) == 0o600
        assert f"  manager: demo-manager / {password}\n" in house.errors
        assert f"  staff: demo-staff / {password}\n" in house.errors
        assert signed_in.status == 200
        if house.is_sqlite:
            files = list(house.folder.glob("*.sqlite3*"))
            assert {S_IMODE(path.stat().st_mode) for path in files} == {0o600}
        before = resting(house)
        house.stop()
        https = "https://booking.example.org"
        assert "end_demo" in refused(house, "--port", str(house.port), PUBLIC_URL=https)
        house.start()
        assert resting(house) == before
        assert file.read_text().strip() == password


@pytest.mark.plain
@pytest.mark.parametrize("elsewhere", ["http://192.0.2.7:8000", "https://a.example.org"])
def test_no_demo_is_made_where_others_reach_it(elsewhere: str) -> None:
    with servers.running(has_demo=True, ALLOWED_HOSTS="127.0.0.1", PUBLIC_URL=elsewhere) as house:
        assert house.rows("SELECT username FROM auth_user") == []
        assert "No demo: others can reach this address." in house.errors
        assert not (house.data / "demo_password").exists()
