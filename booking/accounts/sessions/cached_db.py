"""Sessions in the database, and in the cache beside it: a tablet asks every few seconds."""

from django.contrib.sessions.backends import cached_db

from booking.accounts.sessions import KeyedRows, row_key


class SessionStore(KeyedRows, cached_db.SessionStore):
    """What Django calls for each request."""

    @property
    def cache_key(self) -> str:
        """What the copy in the cache is known by."""
        key = self._get_or_create_session_key()  # type: ignore[attr-defined]  # Django's own, not in its stubs
        return f"{self.cache_key_prefix}{row_key(key)}"
