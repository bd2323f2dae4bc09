"""Where files of tests are kept in memory: a disk that many tests at once wait for would be most of their time."""

import os
import shutil

FOLDER = "/dev/shm"
LEAST_FREE = 1 << 30  # bytes; some containers give it 64 MiB, which a few servers fill


def memory_folder() -> str | None:
    """Return a folder in memory; None where there is none, or too little of it: the usual one will do."""
    if not os.access(FOLDER, os.W_OK | os.X_OK) or shutil.disk_usage(FOLDER).free < LEAST_FREE:
        return None
    return FOLDER
