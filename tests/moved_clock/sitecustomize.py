"""Moves the clock of this process before anything else runs in it: Python itself imports a module of this name.

So all processes of a tree that finds this folder on its PYTHONPATH are moved alike, servers included. Monotonic time
stays as it is, and so does what the kernel writes down, such as the age of a file.

While it runs, the clock of a process follows a file that says by how many seconds it is further ahead, if the
environment names such a file and a word of the process's command.
"""

import os
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import time_machine

LOOK_EVERY_SECONDS = 0.1


def _follow(file: Path, clock: time_machine.Traveller) -> None:
    ahead = 0
    while True:
        time.sleep(LOOK_EVERY_SECONDS)
        try:
            wanted = int(file.read_text())
        except (OSError, ValueError):  # it is being written
            continue
        if wanted != ahead:
            clock.shift(timedelta(seconds=wanted - ahead))
            ahead = wanted


if _ahead := int(os.environ.get("CARILLON_TEST_CLOCK_AHEAD") or 0):
    _clock = time_machine.travel(time.time() + _ahead, tick=True).start()
    time.time()  # from its first reading on the clock ticks
    _file, _word = (os.environ.get(f"CARILLON_TEST_CLOCK_{name}") for name in ("FILE", "OF"))
    if _file and _word and _word in " ".join(sys.orig_argv):
        threading.Thread(target=_follow, args=(Path(_file), _clock), daemon=True).start()
