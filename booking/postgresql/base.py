"""A PostgreSQL database as Django knows it, whose kept connections are tested without asking the server."""

import select
from collections.abc import Sized
from typing import Any

import psycopg
from django.db.backends.postgresql import base, operations

from stores.bounded_cache import forget_kept

# The server counts the values of a statement in 16 bits, where it binds them itself (decision 42).
MOST_VALUES = 65_535


class DatabaseOperations(operations.DatabaseOperations):
    """What Django leaves to a database: how many rows it may name in one statement."""

    def bulk_batch_size(self, fields: Sized, objs: Sized) -> int:
        """Return how many of these objects one statement may hold, with so many values each."""
        return min(len(objs), MOST_VALUES // max(1, len(fields)))


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL. Its test before a request costs a look at the socket, not a round trip."""

    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, and forget what was kept: after a failover, versions may be counted from an earlier point again."""
        connection = super().get_new_connection(conn_params)
        forget_kept()
        return connection

    def is_usable(self) -> bool:
        """Tell whether the connection still works.

        Between two requests a server says nothing, unless it ends the connection or has a notice for it. So the server
        is asked only if something has arrived. A server whose machine is gone without a word is noticed by the next
        statement, as it would be by a statement that only asks.
        """
        try:
            socket = self.connection.fileno()
        except (AttributeError, psycopg.Error):  # closed already
            return False
        poll = select.poll()
        poll.register(socket, select.POLLIN)
        return not poll.poll(0) or super().is_usable()
