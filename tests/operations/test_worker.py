"""The worker: what it needs of django-q2's inner loops, and that tasks are run, whatever happens to one of them."""

import inspect
import json
import signal
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils.module_loading import import_string
from django_q.brokers import get_broker
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.monitor import monitor
from django_q.pusher import pusher
from django_q.scheduler import scheduler
from django_q.worker import worker

from booking.operations.schedules import MINUTELY, NIGHTLY
from tests import servers
from tests.servers import House, kill, wait_until

CHORES = "tests.operations.chores"


# --- what the launcher takes for granted ---
@pytest.mark.parametrize(
    ("loop", "parameters"),
    [
        (pusher, ["task_queue", "event", "broker"]),
        (worker, ["task_queue", "result_queue", "timer", "timeout"]),
        (monitor, ["result_queue", "broker"]),
        (scheduler, ["broker"]),
    ],
)
def test_loops_take_what_the_worker_gives_them(loop: Callable[..., Any], parameters: list[str]) -> None:
    assert list(inspect.signature(loop).parameters) == parameters


@pytest.mark.parametrize("loop", [worker, monitor])
def test_loops_end_at_the_word_that_the_worker_says(loop: Callable[..., Any]) -> None:
    assert '.get, "STOP")' in inspect.getsource(loop)


def test_queue_is_set_up_as_the_worker_needs_it(db: None) -> None:
    assert isinstance(get_broker(), ORM)
    assert (Conf.BULK, Conf.CATCH_UP, Conf.SAVE_LIMIT, Conf.ACK_FAILURES) == (1, False, -1, False)
    assert Conf.RECYCLE >= 100  # where a loop ends by itself, the worker starts it again
    assert settings.Q_CLUSTER["timeout"] < Conf.RETRY


@pytest.mark.parametrize("path", [path for _, path, *_ in (*MINUTELY, *NIGHTLY)])
def test_task_of_the_timetable_exists(path: str) -> None:
    assert callable(import_string(path))


# --- what it does ---
@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with servers.running() as made:
        yield made


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    return tmp_path / "paper"


def ring(house: House, *tasks: tuple[object, ...]) -> None:
    """Put tasks into the queue, as another process of Carillon would; each is a name and its arguments."""
    calls = [f"async_task({f'{CHORES}.{task}'!r}, *{arguments!r})" for task, *arguments in tasks]
    house.manage("shell", "-v", "0", "-c", f"from django_q.tasks import async_task; {'; '.join(calls)}")


def is_written(paper: Path, text: str) -> bool:
    return paper.exists() and paper.read_text() == text


@pytest.mark.slow
def test_task_is_executed_and_leaves_the_queue(house: House, paper: Path) -> None:
    ring(house, ("write", str(paper), "once "))

    wait_until(lambda: is_written(paper, "once "), seconds=180, what="executed")
    wait_until(lambda: house.rows("SELECT * FROM django_q_ormq") == [], seconds=180, what="out of the queue")


@pytest.mark.slow
@pytest.mark.parametrize("task", ["fail_quietly", "leave", "no_such_task"])
def test_task_that_fails_does_not_keep_the_others_from_running(house: House, paper: Path, task: str) -> None:
    ring(house, *[(task,)] * 3, ("write", str(paper), "after"))

    wait_until(lambda: is_written(paper, "after"), seconds=180, what="executed")
    house.execute("DELETE FROM django_q_ormq")


@pytest.mark.slow
def test_worker_that_is_asked_to_stop_finishes_its_task(house: House, paper: Path) -> None:
    before = house.worker()
    ring(house, ("write_slowly", str(paper), 3))
    wait_until(lambda: is_written(paper, "begun "), seconds=180, what="begun")

    kill(before, signal.SIGTERM)

    wait_until(lambda: not set(before) & set(house.worker()), seconds=180, what="ended")
    assert paper.read_text() == "begun done"
    assert house.rows("SELECT * FROM django_q_ormq") == []
    wait_until(lambda: len(house.worker()) == 1, seconds=180, what="started again")


@pytest.mark.slow
def test_worker_is_ready_once_it_has_looked_at_the_outbox(house: House) -> None:
    kill(house.worker())
    house.execute("DELETE FROM booking_workerbeat")
    beat = house.folder / "var" / "worker.beat"
    before = beat.stat().st_mtime_ns

    assert house.get("/readyz").status == 503
    wait_until(house.is_ready, seconds=180, what="ready")
    assert beat.stat().st_mtime_ns != before  # by whatever clock: the kernel's may be another than ours


@pytest.mark.slow
def test_failed_task_is_told_of_without_what_it_was_about(house: House) -> None:
    ring(house, ("fail", "number 7"))
    wait_until(lambda: failures(house), seconds=180, what="logged")

    (failure,) = failures(house)
    assert failure["level"] == "ERROR"
    assert failure["task"] == "tests.operations.chores.fail"
    assert failure["exception"] == "RuntimeError"
    assert failure["stack"][-1].startswith("operations/chores.py:")
    assert "number 7" not in house.logs
    results = "SELECT result FROM django_q_task WHERE func = 'tests.operations.chores.fail'"
    wait_until(lambda: house.rows(results), seconds=180, what="noted")
    assert not any("number 7" in unpacked(result) for (result,) in house.rows(results))


def failures(house: House) -> list[dict[str, Any]]:
    """Return what the log tells of failed tasks that had no business with other tests."""
    lines = [json.loads(line) for line in house.logs.splitlines()]
    return [line for line in lines if line["event"] == "task_failed" and line["task"].endswith(".fail")]


def unpacked(result: str) -> str:
    """Return all that a result of django-q2 says: it is a pickle in base 64."""
    return b64decode(result).decode("latin-1")
