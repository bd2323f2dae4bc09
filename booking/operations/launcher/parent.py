"""The watch over the parent: each process of the tree ends when the one that started it is gone."""

import os
import signal
import threading

SUPERVISOR = "CARILLON_SUPERVISOR"
LOOK_EVERY_SECONDS = 1.0


def end_with_parent() -> None:
    """End this process soon after its parent, even if the parent was killed.

    The parent writes its id into the environment, because it may be gone before its child asks for it.
    """
    named = int(os.environ.get(SUPERVISOR) or 0)
    parent = named if named not in (0, os.getpid()) else os.getppid()
    os.environ[SUPERVISOR] = str(os.getpid())  # for the processes that this one starts
    never = threading.Event()

    def watch() -> None:
        while os.getppid() == parent:
            never.wait(LOOK_EVERY_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
