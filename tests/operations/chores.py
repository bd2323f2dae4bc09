"""Tasks for tests of the worker: it finds them by name, as it does its own."""

import time
from pathlib import Path


def write(path: str, text: str) -> None:
    with Path(path).open("a") as file:
        file.write(text)


def write_slowly(path: str, seconds: float) -> None:
    write(path, "begun ")
    time.sleep(seconds)
    write(path, "done")


def fail(secret: str) -> None:
    raise RuntimeError(secret)


def fail_quietly() -> None:
    raise ValueError


def leave() -> None:
    raise SystemExit(3)
