"""The end with the parent: each process of the tree ends when the one that started it is gone."""

import os
import signal
import threading

SUPERVISOR = "CARILLON_SUPERVISOR"
LOOK_EVERY_SECONDS = 1.0


def end_with_parent() -> None:
    """End this process soon after its parent, even if that was killed and could not say goodbye.

    The parent names itself in the environment: it may be gone before its child asks who it was.
    """
    named = int(os.environ.get(SUPERVISOR) or 0)
    parent = named if named not in (0, os.getpid()) else os.getppid()
    os.environ[SUPERVISOR] = str(os.getpid())  # for those that this process starts
    never = threading.Event()

    def watch() -> None:
        while os.getppid() == parent:
            never.wait(LOOK_EVERY_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
