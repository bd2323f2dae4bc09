"""A second look: the few tests that failed beside thousands of others run again, alone.

A test that then passes asks for a machine that is not busy, or met a race. It is told loudly, by name, to be mended;
but one of ten thousand does not hold back what all the others passed. One that fails again has failed.
"""

import json
from collections.abc import Sequence
from pathlib import Path

# More than these are no accident: whoever changed something broke it.
MOST = 5
TESTS_FAILED = 1  # the exit status of pytest, where nothing else went wrong


def remembering(command: Sequence[str], cache: Path) -> list[str]:
    """Return the command of pytest which remembers in a folder of its own what failed."""
    return [*command, "-o", f"cache_dir={cache}"]


def failed_tests(cache: Path) -> list[str]:
    """Return the names of the tests that failed in the last run that remembered in the folder, in their order."""
    kept = cache / "v" / "cache" / "lastfailed"
    return sorted(json.loads(kept.read_text())) if kept.exists() else []


def has_second_look(status: int, cache: Path) -> bool:
    """Tell whether what failed in a run that ended with an exit status may be looked at once more."""
    return status == TESTS_FAILED and 0 < len(failed_tests(cache)) <= MOST


def alone(command: Sequence[str], cache: Path) -> list[str]:
    """Return the command that runs only what failed, one after the other, in this order."""
    return [*remembering(command, cache), "--last-failed", "--last-failed-no-failures", "none"]
