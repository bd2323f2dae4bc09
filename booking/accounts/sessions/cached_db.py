"""Sessions in the database with copies in the cache, because a tablet asks every few seconds."""

from django.contrib.sessions.backends import cached_db

from booking.accounts.sessions import KeyedRows, row_key


class SessionStore(KeyedRows, cached_db.SessionStore):
    """The session store that Django uses for each request."""

    @property
    def cache_key(self) -> str:
        """The key of the copy in the cache."""
        key = self._get_or_create_session_key()  # type: ignore[attr-defined]  # Django's own, not in its stubs
        return f"{self.cache_key_prefix}{row_key(key)}"
