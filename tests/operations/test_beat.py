"""What the worker shows of its looks at the outbox: to its launcher by a file, to the web by a row."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django_q.brokers import orm

from booking.models import WorkerBeat
from booking.operations.launcher.worker_loops import BEAT_SECONDS, POLLING_SECONDS, Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def beat_file(settings: Any, tmp_path: Path) -> Path:
    settings.BEAT_FILE = tmp_path / "worker.beat"
    return Path(settings.BEAT_FILE)


def test_look_at_the_outbox_is_shown_to_launcher_and_web(beat_file: Path) -> None:
    worker = Worker()

    worker.note_look()
    worker.note_look()

    assert WorkerBeat.objects.count() == 1
    assert beat_file.exists()


def test_looks_are_shown_twice_a_minute(beat_file: Path) -> None:
    worker = Worker()
    worker.note_look()
    beat_file.unlink()

    worker.note_look()
    assert not beat_file.exists()

    worker.shown_at -= BEAT_SECONDS + 1
    worker.note_look()
    assert beat_file.exists()


def test_worker_that_takes_no_tasks_shows_nothing(beat_file: Path) -> None:
    stuck = Worker()
    stuck.asked_at = time.monotonic() - POLLING_SECONDS - 1

    stuck.note_look()

    assert not beat_file.exists()
    assert not WorkerBeat.objects.exists()


def test_each_look_into_the_queue_is_noted() -> None:
    worker = Worker()
    worker.asked_at = 0

    assert worker._noting_when(lambda: "tasks")() == "tasks"

    assert time.monotonic() - worker.asked_at < timedelta(minutes=1).total_seconds()


def test_queue_pauses_by_a_name_that_the_worker_can_replace() -> None:
    assert orm.sleep is time.sleep
