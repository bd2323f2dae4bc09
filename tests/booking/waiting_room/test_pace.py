"""The pace of the waiting room, and the order that a draw gives."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.waiting_room.pace import Pace, drawn_order

pytestmark = pytest.mark.plain
PACES = st.integers(1, 60_000).map(Pace)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))


@given(pace=PACES, moment=MOMENTS)
def test_an_entry_opens_at_its_moment_and_not_before(pace: Pace, moment: datetime) -> None:
    number = pace.number_at(moment) + 1

    opens_at = pace.moment_of(number)

    assert opens_at > moment - timedelta(milliseconds=1)
    assert pace.number_at(opens_at) >= number
    assert pace.number_at(opens_at - timedelta(milliseconds=1)) < number


@given(pace=PACES, moment=MOMENTS)
def test_a_minute_opens_as_many_entries_as_the_pace_says(pace: Pace, moment: datetime) -> None:
    assert pace.number_at(moment + timedelta(minutes=1)) - pace.number_at(moment) == pace.per_minute


def test_the_next_one_has_nobody_before() -> None:
    pace, now = Pace(60), datetime(2026, 11, 23, 8, tzinfo=UTC)

    assert [pace.count_before(now + timedelta(seconds=seconds), now=now) for seconds in (0, 1, 2, 61)] == [0, 0, 1, 60]


@given(seed=st.text(min_size=1), count=st.integers(0, 300))
def test_a_draw_gives_each_number_one_place(seed: str, count: int) -> None:
    assert sorted(drawn_order(seed, count)) == list(range(1, count + 1))


def test_a_draw_can_be_checked_by_hand() -> None:
    places = drawn_order("a seed", 4)

    digests = {number: hashlib.sha256(f"a seed:{number}".encode()).hexdigest() for number in (1, 2, 3, 4)}
    assert [number for number, _ in sorted(digests.items(), key=lambda item: item[1])] == sorted(
        digests, key=lambda number: places[number - 1]
    )


def test_another_seed_gives_another_order() -> None:
    assert drawn_order("one", 50) != drawn_order("another", 50)
    assert drawn_order("one", 50) != list(range(1, 51))
