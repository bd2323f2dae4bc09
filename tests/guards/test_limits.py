"""The table of limits and the page that shows it say the same, and the contract's numbers stand in it."""

from pathlib import Path

from django.conf import settings

from booking import limits
from booking.limits.table import Limit

PAGE = Path(__file__).parents[2] / "docs" / "limits.md"
DURATIONS = {0: "at once", 60: "in a minute", 900: "in 15 minutes", 3600: "in an hour", 86_400: "in 24 hours"}


def row(limit: Limit) -> str:
    cells = (limit.counts, limit.by, f"{limit.amount} {DURATIONS[limit.seconds]}", limit.then, limit.told)
    return f"| {' | '.join(cells)} |"


def test_the_page_shows_each_row_of_the_table_and_no_other() -> None:
    shown = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]

    assert shown == ["| what is counted | by | how many | then | who is told |", *map(row, limits.TABLE)]


def test_no_two_rows_share_a_counter() -> None:
    counters = [(limit.name, limit.seconds) for limit in limits.TABLE if limit is not limits.BUSY_CLIENT]

    assert len(set(counters)) == len(counters)
    assert limits.BUSY_CLIENT.name == limits.BOOKINGS_AT_STORE.name  # two steps of one counter


def test_budgets_are_those_of_the_settings() -> None:
    amounts = {limit.name: limit.amount for limit in limits.TABLE}

    assert amounts["hourly_texts"] == settings.SMS_HOURLY_BUDGET  # nothing is set in tests
    assert amounts["daily_texts"] == settings.SMS_DAILY_BUDGET
