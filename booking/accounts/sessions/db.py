"""Sessions in the database alone: for several processes without a cache that they share."""

from booking.accounts.sessions import KeyedRows


class SessionStore(KeyedRows):
    """What Django calls for each request."""
