"""Nothing outlives its parent: each process of the tree ends when the one that started it is gone."""

import os
import signal
import threading
import time

LOOK_EVERY_SECONDS = 1.0


def end_with_parent() -> None:
    """End this process soon after its parent, even if that was killed and could not say goodbye."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_EVERY_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
