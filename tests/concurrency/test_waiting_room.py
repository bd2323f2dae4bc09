"""Entries of the waiting room, taken by several processes at once: each number is one visitor's, none is left out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgres import free_port
from tests.redis_server import running_redis
from tests.room_entrances import AFTER

pytestmark = [pytest.mark.slow, pytest.mark.plain]
PROCESSES, EACH = 4, 150


def numbers_taken(how: str, folder: Path, **settings: str) -> list[int]:
    """Let several processes take entries together; return all their numbers."""
    environment = {**os.environ, "DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "booking.settings", **settings}
    command = [sys.executable, "-m", "tests.room_entrances", how, str(EACH)]
    processes = [
        subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        return [int(number) for process in processes for number in process.communicate(timeout=300)[0].split()]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_rig_sees_one_entry_given_to_several(tmp_path: Path) -> None:
    numbers = numbers_taken("careless", tmp_path)

    assert len(set(numbers)) < len(numbers)


def test_each_entry_is_given_once_however_many_processes_ask(tmp_path: Path) -> None:
    numbers = numbers_taken("guarded", tmp_path)

    assert sorted(numbers) == list(range(AFTER + 1, AFTER + 1 + PROCESSES * EACH))


def test_redis_gives_each_entry_once_too(tmp_path: Path) -> None:
    port = free_port()
    with running_redis(port):
        numbers = numbers_taken("guarded", tmp_path, REDIS_URL=f"redis://127.0.0.1:{port}/0")

    assert sorted(numbers) == list(range(AFTER + 1, AFTER + 1 + PROCESSES * EACH))
