"""A command at another moment: `python -m tests.clock 2027-03-28T01:30 -- COMMAND ...`, in UTC.

Every process of Python that the command starts believes it, and its clock goes on from there. The browser and
the database stay in their own time: nothing that we say may depend on theirs.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

AHEAD = "CARILLON_TEST_CLOCK_AHEAD"  # by how many seconds; fewer than none is the past
FILE, OF = "CARILLON_TEST_CLOCK_FILE", "CARILLON_TEST_CLOCK_OF"
FOLDER = Path(__file__).resolve().parent / "moved_clock"


def moved(moment: datetime) -> dict[str, str]:
    """Return what the environment of a process needs to begin at a moment instead of now."""
    ahead = int(os.environ.get(AHEAD) or 0) + round((moment - datetime.now(UTC)).total_seconds())
    search_path = os.pathsep.join(filter(None, [str(FOLDER), os.environ.get("PYTHONPATH")]))
    return {AHEAD: str(ahead), "PYTHONPATH": search_path}


def following(file: Path, *, word: str) -> dict[str, str]:
    """Return what else the environment needs, so that the clock of a process goes by a file while it runs.

    The file says by how many more seconds it is ahead. That is for processes with a word in their commands alone.
    """
    return {FILE: str(file), OF: word}


def main(moment: datetime, command: Sequence[str]) -> int:
    """Run a command at a moment; return its exit status."""
    # By its own clock pytest takes the folders of all other runs for old ones, and removes them.
    with tempfile.TemporaryDirectory(prefix="carillon-clock-") as folder:
        environment = {**os.environ, **moved(moment), "PYTEST_DEBUG_TEMPROOT": folder}
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    given, command = sys.argv[1], sys.argv[2:]
    sys.exit(main(datetime.fromisoformat(given).replace(tzinfo=UTC), command[1:] if command[:1] == ["--"] else command))
