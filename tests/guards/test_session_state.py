"""No code relies on the session of a database: behind PgBouncer each transaction may be in another one.

What is no statement of a transaction is found by its words, here and nowhere else.
"""

import re
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parent.parent.parent
# A lock, a setting, a table, a cursor or a statement that belongs to a session.
OF_A_SESSION = re.compile(
    r"pg_(try_)?advisory_lock|pg_advisory_unlock|\"\s*(UN)?LISTEN\s|\"\s*NOTIFY\s|pg_notify"
    r"|CREATE\s+(LOCAL\s+)?TEMP|WITH\s+HOLD|\"\s*(SET|RESET)\s+(?!LOCAL\b)[a-z]|set_config\(|\"\s*(PREPARE|DISCARD)\s"
)
# Both go by DATABASE_DIRECT_URL (booking/operations/direct_connection.py).
DIRECT = {"booking/operations/launcher/preparation.py"}


def sources() -> list[Path]:
    return [path for app in ("booking", "stores", "notifications") for path in (BASE / app).rglob("*.py")]


def test_nothing_of_a_session_is_relied_on() -> None:
    found = {str(path.relative_to(BASE)) for path in sources() if OF_A_SESSION.search(path.read_text())}

    assert found == DIRECT


@pytest.mark.parametrize(
    "line",
    [
        'cursor.execute("SELECT pg_advisory_lock(%s)")',
        'cursor.execute("SET lock_timeout = 0")',
        'cursor.execute("LISTEN bell")',
        'cursor.execute("CREATE TEMP TABLE a (b int)")',
        "SELECT set_config('a', 'b', false)",
    ],
)
def test_the_guard_sees_what_it_looks_for(line: str) -> None:
    assert OF_A_SESSION.search(line)


@pytest.mark.parametrize(
    "line", ["SELECT pg_advisory_xact_lock(1)", 'cursor.execute("SET LOCAL lock_timeout = 0")', '"SET places = 1"'[1:]]
)
def test_what_ends_with_the_transaction_is_no_state(line: str) -> None:
    assert not OF_A_SESSION.search(line)
