"""Query parameters of pages: days and instants."""

from datetime import UTC, date, datetime

from booking.customer_input import FIRST_YEAR, LAST_YEAR


def read_instant(text: str) -> datetime | None:
    """Return an RFC 3339 time with an offset, in UTC; None for anything else."""
    try:
        # A plus sign that nobody escaped arrives as a space.
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        return None
    if moment.utcoffset() is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    return moment.astimezone(UTC)


def read_day(text: str) -> date | None:
    """Return a date such as 2027-02-28; None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if is_within_reach(day) else None


def is_within_reach(day: date) -> bool:
    """Tell whether addresses may name a day: no link leads to another one."""
    return FIRST_YEAR <= day.year <= LAST_YEAR
