"""The connection to the database's own address, for what needs a session of its own.

Behind PgBouncer in transaction mode each transaction may be in another session. Session locks would be taken in one
and released in another, and what pg_dump sets for its session would stay for whoever is given it next.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from booking.environment import SESSION_TIMEOUTS


@contextmanager
def directly() -> Iterator[None]:
    """Let Django's connection lead to DATABASE_DIRECT_URL, where that is set; only in a process with one thread."""
    if not settings.DATABASE_DIRECT:
        yield
        return
    pooled = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(settings.DATABASE_DIRECT, DISABLE_SERVER_SIDE_CURSORS=False)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(pooled)


def write_timeouts_into_role() -> None:
    """Make the time-outs of sessions the role's own in this database, as a pooler passes no start-up options.

    PostgreSQL lets every role do that for itself. Only sessions that begin afterwards have them.
    """
    with connection.cursor() as cursor:
        database = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
        for name, value in SESSION_TIMEOUTS.items():
            cursor.execute(f"ALTER ROLE CURRENT_USER IN DATABASE {database} SET {name} = '{value}'")
