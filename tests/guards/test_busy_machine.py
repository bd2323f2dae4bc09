"""No test fails because the machine has more to do than to run it."""

import time
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

_calls = count()


@given(st.booleans())
def test_example_may_take_long_once(value: bool) -> None:
    if next(_calls) == 0:
        time.sleep(0.3)  # as when another process has the processor: longer than Hypothesis allows by itself
