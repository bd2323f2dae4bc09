"""Deadlines of calls over the network, whatever the other side does."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Result = TypeVar("Result")


class OutOfTime(Exception):
    """The call did not end; `give_up` was called."""


class SendGate:
    """The gate of a call over the network: the call goes through it, or it is shut before that, but never both."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_shut = False
        self.has_left = False

    def pass_through(self) -> None:
        """Go through. Raises OutOfTime where it is shut."""
        with self._lock:
            if self._is_shut:
                raise OutOfTime
            self.has_left = True

    def close(self) -> None:
        """Close the gate to a call that has not gone through it yet."""
        with self._lock:
            self._is_shut = True


def shut_down(connected: socket.socket | None) -> None:
    """End whatever another thread does with a socket; of an encrypted one, end what is beneath."""
    if connected is not None:
        with suppress(OSError):
            socket.socket.shutdown(connected, socket.SHUT_RDWR)


def within(seconds: float, call: Callable[[], Result], *, give_up: Callable[[], None]) -> Result:
    """Return what `call` returns, or raise what it raises. Raises OutOfTime after `seconds`.

    A socket's own timeout begins anew with each byte, and looking a name up has none at all. So the call is made in
    a thread of its own, without the database, and `give_up` makes that thread end, by closing its socket.
    """
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001 -- raised again for the caller
            errors.append(error)

    thread = threading.Thread(target=run, name="call", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        give_up()
        raise OutOfTime
    if errors:
        raise errors[0]
    return results[0]
