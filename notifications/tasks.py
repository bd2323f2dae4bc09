"""Sending of due messages: by the worker's own timer, or where there is none by a task of the queue."""

import threading
import time
from collections.abc import Callable
from functools import cache

from django.db import close_old_connections
from django.utils import timezone

from notifications import doorbell
from notifications.dispatcher import Dispatcher

# A task of the queue leaves the rest to another after this time, so that nobody waits long for a worker that is asked
# to stop.
RUN_SECONDS = 5
LOOK_EVERY_SECONDS = 2

_running = threading.Lock()
_wanted = threading.Event()
_has_timer = threading.Event()


def deliver_due() -> int:
    """Send the messages that are due now; return how many were handled.

    Only one run at a time sends in a process. A further call, or one beside a timer, makes that look once more, and
    returns. So the worker's other threads stay free, however often the doorbell rings.
    """
    _wanted.set()
    handled, is_finished = 0, True
    while is_finished and _wanted.is_set() and not _has_timer.is_set() and _running.acquire(blocking=False):
        try:
            _wanted.clear()
            until = time.monotonic() + RUN_SECONDS
            count, is_finished = _dispatcher().run(goes_on=lambda: time.monotonic() <= until)  # noqa: B023
            handled += count
        finally:
            _running.release()
    if not is_finished:
        doorbell.ring()
    return handled


def keep_delivering(stopping: threading.Event, *, note_look: Callable[[], None]) -> None:
    """Send what is due, at once and then every two seconds or when the doorbell rings, until it is time to stop.

    `note_look` is called after each look at the outbox that succeeded.
    """
    _has_timer.set()
    try:
        while not stopping.is_set():
            _wanted.clear()
            with _running:
                _dispatcher().run(goes_on=lambda: not stopping.is_set(), note_look=note_look)
            close_old_connections()
            _wanted.wait(LOOK_EVERY_SECONDS)
    finally:
        _has_timer.clear()


def look_now() -> None:
    """Make the timer of this process look at once: something is due, or it is to stop."""
    _wanted.set()


@cache
def _dispatcher() -> Dispatcher:
    """Return the dispatcher of this process, which keeps its lanes between two runs."""
    return Dispatcher(timezone.now)
