"""A clock that is moved for a run of tests is moved in all of its processes, those that tests start included."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from tests.clock import AHEAD, moved

SAY_NOW = "import datetime; print(datetime.datetime.now(datetime.UTC).isoformat())"
# As the launcher starts them: by a process that has become another, from a folder that is not ours.
START_ANOTHER = f"import os, sys; os.execv(sys.executable, [sys.executable, '-P', '-c', {SAY_NOW!r}])"
A_LITTLE = timedelta(minutes=30)


def now_of_a_process(code: str, **environment: str) -> datetime:
    said = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return datetime.fromisoformat(said.stdout.strip())


def test_this_run_is_as_far_ahead_as_it_was_asked_to_be() -> None:
    asked = timedelta(seconds=int(os.environ.get(AHEAD) or 0))
    ahead = datetime.now(UTC) - now_of_a_process(SAY_NOW, **{AHEAD: "0"})
    assert abs(ahead - asked) < A_LITTLE


@pytest.mark.parametrize("moment", [datetime(2040, 2, 29, 12, tzinfo=UTC), datetime(2019, 3, 31, 0, 30, tzinfo=UTC)])
def test_processes_of_a_run_at_a_moment_are_all_there(moment: datetime) -> None:
    assert abs(now_of_a_process(START_ANOTHER, **moved(moment)) - moment) < A_LITTLE
