"""A PostgreSQL database as Django knows it, whose kept connections are tested without asking the server.

What they have prepared outlives a refusal.
"""

import select
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db.backends.postgresql import base, operations
from psycopg._preparing import PrepareManager
from psycopg.pq import TransactionStatus

from stores.bounded_cache import forget_kept

# The server counts the values of a statement in 16 bits, where it binds them itself (decision 42).
MOST_VALUES = 65_535


class DatabaseOperations(operations.DatabaseOperations):
    """What Django leaves to a database: how many rows it may name in one statement."""

    def bulk_batch_size(self, fields: Sized, objs: Sized) -> int:
        """Return how many of these objects one statement may hold, with so many values each."""
        return min(len(objs), MOST_VALUES // max(1, len(fields)))


class KeptStatements(PrepareManager):
    """The prepared statements of a connection. They are kept at a rollback while `outlast_rollback` is set.

    psycopg forgets all of them at each rollback, as the transaction may have made types and tables that they name. Ours
    make none, and refuse bookings in a rush by nothing else.
    """

    outlast_rollback = False

    def clear(self) -> bool:
        """Forget all statements, unless they are kept; tell whether the server has to forget them too."""
        return not self.outlast_rollback and super().clear()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL. Its test before a request costs a look at the socket, not a round trip."""

    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, and forget what was kept: after a failover, versions may be counted from an earlier point again."""
        connection = super().get_new_connection(conn_params)
        statements = KeptStatements()
        statements.prepare_threshold = connection.prepare_threshold
        connection._prepared = statements
        forget_kept()
        return connection

    def _rollback(self) -> None:
        with self._statements_kept():
            super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        with self._statements_kept():
            super()._savepoint_rollback(sid)  # type: ignore[misc]

    @contextmanager
    def _statements_kept(self) -> Iterator[None]:
        """Keep prepared statements at a rollback, unless a statement failed: it may be one whose table has changed."""
        if self.connection is None:
            yield
            return
        statements: KeptStatements = self.connection._prepared
        statements.outlast_rollback = self.connection.info.transaction_status == TransactionStatus.INTRANS
        try:
            yield
        finally:
            statements.outlast_rollback = False

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
