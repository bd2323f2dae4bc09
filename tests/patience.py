"""How long tests wait for what must come: long enough for a machine that has five times as much to do as it can."""

from typing import Any

from booking.environment import SQLITE

LOCK_SECONDS = 60


def wait_long_for_locks(databases: dict[str, dict[str, Any]]) -> None:
    """Change settings of databases: who waits for a lock or a connection has more patience than in life.

    In life whoever waited for 3 s is told that the shop is busy. Tests that want this answer set a short time of
    their own.
    """
    for database in databases.values():
        options = database["OPTIONS"]
        if database["ENGINE"] == SQLITE:
            options["timeout"] = LOCK_SECONDS
            continue
        options["connect_timeout"] = LOCK_SECONDS
        if "options" in options:  # not behind a pooler; of two values of one name the server takes the later
            options["options"] += f" -c lock_timeout={LOCK_SECONDS}s -c idle_in_transaction_session_timeout=600s"
