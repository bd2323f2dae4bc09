"""Sessions whose rows hold only a digest of the key, so that nobody can sign in with the data of a row.

The key itself is only in the browser's cookie. A person who reads the database, a backup or the cache learns which
users are signed in, but cannot act as them. `db` and `cached_db` build on Django's engines of the same names.
"""

from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.cached_db import KEY_PREFIX
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from booking.tokens import keyed_digest

_SIGNS = 40  # the size of Django's column: 160 bits of the digest


def row_key(session_key: str) -> str:
    """Return the stored digest of a session's key."""
    return keyed_digest("session", session_key)[:_SIGNS]


def end_all() -> None:
    """End all sessions, also those in Redis. Raises redis.RedisError if Redis is away."""
    Session.objects.all().delete()
    if settings.REDIS_URL:
        import redis  # noqa: PLC0415 -- what uses no Redis does not load it

        with redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=5) as cache:
            for name in cache.scan_iter(match=f"*{KEY_PREFIX}*"):
                cache.delete(name)


class KeyedRows(SessionStore):
    """A session store whose rows and cached copies are found by a digest of the key."""

    def end_row(self, row: str) -> None:
        """End the session whose row has this key, wherever it is kept."""
        super().delete(row)

    def exists(self, session_key: str) -> bool:
        """Tell whether a key is taken."""
        return bool(super().exists(row_key(session_key)))

    def delete(self, session_key: str | None = None) -> None:
        """End the session of this key, or this one if no key is given."""
        key = session_key or self.session_key
        if key is not None:
            super().delete(row_key(key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """Return the row to be written."""
        row = super().create_model_instance(data)
        row.session_key = row_key(row.session_key)
        return row

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        if self.session_key is None:
            return None
        found = self.model.objects.filter(session_key=row_key(self.session_key), expire_date__gt=timezone.now()).first()
        if found is None:
            self._session_key = None
        return found
