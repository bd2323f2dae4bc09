"""The hasher of passwords and PINs: slow, with few runs at once, so that sign-ins do not block the server."""

import threading

from django.contrib.auth.hashers import PBKDF2PasswordHasher

AT_ONCE = 2  # in one process, of its four threads
WAITING = 1  # further ones must try again, so that a thread is left for everything else
WAIT_SECONDS = 2.0

_seats = threading.BoundedSemaphore(AT_ONCE)
_room = threading.BoundedSemaphore(AT_ONCE + WAITING)


class HashingBusy(Exception):
    """The allowed number of passwords is being hashed already; try again in a moment."""


class FewAtOnce(PBKDF2PasswordHasher):
    """Django's own hasher, with at most two runs at once in a process."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Return the hash. Raises HashingBusy."""
        if not _room.acquire(blocking=False):
            raise HashingBusy
        try:
            if not _seats.acquire(timeout=WAIT_SECONDS):
                raise HashingBusy
            try:
                return super().encode(password, salt, iterations)
            finally:
                _seats.release()
        finally:
            _room.release()
