"""The hasher of passwords and PINs: slow, and few at once, so that sign-ins do not stop the whole server."""

import threading

from django.contrib.auth.hashers import PBKDF2PasswordHasher

AT_ONCE = 2  # in one process, of its four threads
WAITING = 1  # more than that are told to come back, so that a thread is left for everything else
WAIT_SECONDS = 2.0

_seats = threading.BoundedSemaphore(AT_ONCE)
_room = threading.BoundedSemaphore(AT_ONCE + WAITING)


class HashingBusy(Exception):
    """As many passwords as allowed are being hashed; try again in a moment."""


class FewAtOnce(PBKDF2PasswordHasher):
    """Django's own hasher, of which a process runs two at once."""

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
