"""When a client over its limit may try again, as an address carries it: the instant, so that a reload counts down."""

from datetime import datetime

_LONGEST_SECONDS = 25 * 3600  # no limit is for longer than a day
_LONGEST_TEXT = 12


def write_retry_time(*, retry_after_seconds: int, now: datetime) -> str:
    """Return the instant of the next try, in whole seconds since 1970."""
    return str(int(now.timestamp()) + retry_after_seconds)


def read_retry_seconds(text: str, *, now: datetime) -> int:
    """Return how many seconds are left until an instant, at most 25 hours; 0 if it is over, 1 if it cannot be read."""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_TEXT):
        return 1
    return max(0, min(int(text) - int(now.timestamp()), _LONGEST_SECONDS))
