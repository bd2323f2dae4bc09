"""No test fails because the machine has more to do than to run it."""

import time
from itertools import count

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests import servers
from tests.patience import LOCK_SECONDS

LOCK_PATIENCE = "PRAGMA busy_timeout" if connection.vendor == "sqlite" else "SHOW lock_timeout"
IN_ITS_WORDS = LOCK_SECONDS * 1000 if connection.vendor == "sqlite" else f"{LOCK_SECONDS // 60}min"
_calls = count()


@given(st.booleans())
def test_example_may_take_long_once(value: bool) -> None:
    if next(_calls) == 0:
        time.sleep(0.3)  # as when another process has the processor: longer than Hypothesis allows by itself


def test_whoever_waits_for_a_lock_has_more_patience_than_in_life(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LOCK_PATIENCE)
        assert cursor.fetchone() == (IN_ITS_WORDS,)


@pytest.mark.slow
def test_servers_have_it_too() -> None:
    ask = f"from django.db import connection as c; a = c.cursor(); a.execute({LOCK_PATIENCE!r}); print(a.fetchone())"
    with servers.house() as house:
        assert house.manage("shell", "-v", "0", "-c", ask).strip() == str((IN_ITS_WORDS,))
