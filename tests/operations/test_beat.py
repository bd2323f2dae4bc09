"""What the worker shows its launcher of tasks that were executed, here or by a worker on another host."""

import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django_q.brokers import orm

from booking.models import WorkerBeat
from booking.operations.launcher.worker_loops import POLLING_SECONDS, Worker
from booking.tasks import heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture
def beat_file(settings: Any, tmp_path: Path) -> Path:
    settings.BEAT_FILE = tmp_path / "worker.beat"
    return Path(settings.BEAT_FILE)


def test_beat_of_another_host_is_passed_on(beat_file: Path, now: datetime) -> None:
    WorkerBeat.objects.create(executed_at=now)

    Worker()._pass_beat_on()

    assert beat_file.stat().st_mtime == now.timestamp()


def test_beat_that_stays_the_same_looks_the_same(beat_file: Path, now: datetime) -> None:
    WorkerBeat.objects.create(executed_at=now)
    Worker()._pass_beat_on()
    before = beat_file.stat().st_mtime_ns

    Worker()._pass_beat_on()

    assert beat_file.stat().st_mtime_ns == before


def test_worker_that_takes_no_tasks_hides_behind_no_other(beat_file: Path, now: datetime) -> None:
    WorkerBeat.objects.create(executed_at=now)
    stuck = Worker()
    stuck.asked_at = time.monotonic() - POLLING_SECONDS - 1

    stuck._pass_beat_on()

    assert not beat_file.exists()


def test_each_look_into_the_queue_is_noted() -> None:
    worker = Worker()
    worker.asked_at = 0

    assert worker._noting_when(lambda: "tasks")() == "tasks"

    assert time.monotonic() - worker.asked_at < timedelta(minutes=1).total_seconds()


def test_task_executed_here_is_noted_once(beat_file: Path) -> None:
    heartbeat()
    heartbeat()

    assert WorkerBeat.objects.count() == 1
    assert beat_file.exists()


def test_queue_pauses_by_a_name_that_the_worker_can_replace() -> None:
    assert orm.sleep is time.sleep
