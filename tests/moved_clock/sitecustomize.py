"""Moves the clock of this process before anything else runs in it: Python itself imports a module of this name.

So all processes of a tree that finds this folder on its PYTHONPATH are moved alike, servers included. Monotonic time
stays as it is, and so does what the kernel writes down, such as the age of a file.
"""

import os
import time

import time_machine

if _ahead := int(os.environ.get("CARILLON_TEST_CLOCK_AHEAD") or 0):
    time_machine.travel(time.time() + _ahead, tick=True).start()
    time.time()  # from its first reading on the clock ticks
