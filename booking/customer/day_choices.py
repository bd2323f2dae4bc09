"""A day in words: how many times are free, or why none is."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from booking import formatting
from booking.places.availability import FreeDay
from stores.hours import ONE_DAY


class DayState(StrEnum):
    """Why a day can be chosen, or why not."""

    FREE = "free"
    FULL = "full"
    OVER = "over"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class DayChoice:
    """One day; `summary` says how many times are free or why none is, `short` says the same in little room."""

    date: date
    name: str
    weekday: str
    state: DayState
    summary: str
    short: str
    is_shown: bool = False

    @property
    def is_open(self) -> bool:
        """Tell whether the customer can do something on this day: book, or join the waiting list."""
        return self.state in (DayState.FREE, DayState.FULL)


def day_choice(day: FreeDay, state: DayState, today: date) -> DayChoice:
    """Return a day in words."""
    count = len(day.slots)
    if state == DayState.FREE:
        summary = ngettext("{count} free time", "{count} free times", count).format(count=count)
        short = str(count)
    elif state == DayState.FULL:
        summary, short = _("Full"), pgettext("in little room", "full")
    elif state == DayState.OVER:
        summary, short = _("No more times today") if day.date == today else _("No more times"), "–"
    else:
        summary, short = _("Closed"), pgettext("in little room", "closed")
    return DayChoice(
        date=day.date,
        name=_named_day(day.date, today),
        weekday=str(WEEKDAYS_ABBR[day.date.weekday()]),
        state=state,
        summary=summary,
        short=short,
    )


def _named_day(day: date, today: date) -> str:
    words = formatting.day_in_words(day)
    if day == today:
        return _("Today, {day}").format(day=words)
    if day == today + ONE_DAY:
        return _("Tomorrow, {day}").format(day=words)
    return words
