"""How passwords and PINs are hashed: slowly, and few at once, so that tries to sign in do not stop the whole house."""

import threading

from django.contrib.auth.hashers import PBKDF2PasswordHasher

AT_ONCE = 2  # in one process, of its four threads
WAITING = 1  # more than that are told to come back, so that a thread is left for everything else
WAIT_SECONDS = 2.0

_seats = threading.BoundedSemaphore(AT_ONCE)
_room = threading.BoundedSemaphore(AT_ONCE + WAITING)


class HashingBusy(Exception):
    """As many passwords are being looked at as may be; try again in a moment."""


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
