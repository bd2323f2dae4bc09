"""Times that stores and lists of stores offer at once: one press keeps such a time."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.text import capfirst

from booking.formatting import coming_moment_in_words


@dataclass(frozen=True, slots=True)
class TimeOffer:
    """The first free time of a visit type, for one person; `value` is its instant, as forms send it."""

    visit_type: str
    value: str
    words: str


def time_offer(starts_at: datetime, visit_type: str, zone: ZoneInfo, *, now: datetime) -> TimeOffer:
    """Return the offer of a time, in words such as "Tomorrow 9:00"."""
    local = starts_at.astimezone(zone)
    return TimeOffer(visit_type, local.isoformat(), capfirst(coming_moment_in_words(starts_at, zone, now=now)))
