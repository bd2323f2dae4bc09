"""Sessions only in the database, for several processes without a shared cache."""

from booking.accounts.sessions import KeyedRows


class SessionStore(KeyedRows):
    """The session store that Django uses for each request."""
