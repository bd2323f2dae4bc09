"""Ranges by name, and the time with which each is compared."""

from datetime import date

import pytest

from booking.staff.reports.named_ranges import named_ranges, time_before

TUESDAY = date(2026, 12, 1)


def test_week_and_month_begin_on_their_first_day() -> None:
    ranges = [(one.from_date, one.to_date) for one in named_ranges(date(2026, 12, 17), longest=800)]

    assert ranges == [
        (date(2026, 12, 14), date(2026, 12, 17)),
        (date(2026, 12, 1), date(2026, 12, 17)),
        (date(2026, 11, 20), date(2026, 12, 17)),
        (date(2025, 12, 18), date(2026, 12, 17)),
    ]


def test_ranges_that_are_too_long_are_left_out() -> None:
    assert [one.words for one in named_ranges(TUESDAY, longest=28)] == ["This week", "This month", "The last 28 days"]


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        # a week that has begun: the same weekdays of the week before
        (date(2026, 11, 30), date(2026, 12, 1), (date(2026, 11, 23), date(2026, 11, 24))),
        (date(2026, 11, 23), date(2026, 11, 29), (date(2026, 11, 16), date(2026, 11, 22))),
        # a month that has begun: the same days of the month before, a whole one beside a whole one
        (date(2026, 12, 1), date(2026, 12, 10), (date(2026, 11, 1), date(2026, 11, 10))),
        (date(2027, 3, 1), date(2027, 3, 30), (date(2027, 2, 1), date(2027, 2, 28))),
        (date(2028, 3, 1), date(2028, 3, 31), (date(2028, 2, 1), date(2028, 2, 29))),
        (date(2027, 2, 1), date(2027, 2, 28), (date(2027, 1, 1), date(2027, 1, 31))),
        (date(2027, 1, 1), date(2027, 1, 31), (date(2026, 12, 1), date(2026, 12, 31))),
        # any other range: as many days right before
        (date(2026, 11, 4), date(2026, 12, 1), (date(2026, 10, 7), date(2026, 11, 3))),
        (date(2026, 12, 1), date(2027, 1, 15), (date(2026, 10, 16), date(2026, 11, 30))),
    ],
)
def test_time_before(first: date, last: date, before: tuple[date, date]) -> None:
    assert time_before(first, last) == before
