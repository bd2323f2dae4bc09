"""Absences of desks and closings of stores in words: "each Wednesday, 14:00–18:00, from 2 December on"."""

from collections.abc import Sequence
from datetime import date, time

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from booking.formatting import dated_day_in_words, day_in_words, wall_time_in_words
from stores.absences import Absence


def absence_in_words(absence: Absence, *, today: date) -> str:
    """Return when a desk is away, or a store is closed; days of another year come with it."""
    if absence.weekdays:
        return ", ".join(part for part in (_repeats(absence), times_in_words(absence), _bounds(absence, today)) if part)
    first, last = _day(absence.first_date, today), _day(absence.last_date or absence.first_date, today)
    if absence.first_date == absence.last_date:
        return ", ".join(part for part in (first, times_in_words(absence) or _("all day")) if part)
    begins = _moment(first, absence.from_time)
    ends = _moment(last, absence.until_time)
    return _("{first} – {last}").format(first=begins, last=ends)


def nth_choices() -> list[tuple[int, str]]:
    """Return which weekdays of a month there are, by number; 5 is the last one."""
    return [
        (1, pgettext("weekday of the month", "first")),
        (2, pgettext("weekday of the month", "second")),
        (3, pgettext("weekday of the month", "third")),
        (4, pgettext("weekday of the month", "fourth")),
        (5, pgettext("weekday of the month", "last")),
    ]


def _repeats(absence: Absence) -> str:
    days = _listed([str(WEEKDAYS[day]) for day in absence.weekdays])
    if not absence.nth:
        return _("every week on {weekdays}").format(weekdays=days)
    nth = dict(nth_choices())[absence.nth]
    return pgettext("absence", "every month: {nth} {weekdays}").format(nth=nth, weekdays=days)


def times_in_words(absence: Absence) -> str:
    """Return "14:00–18:00", "from 14:00" or "until 10:00"; "" for whole days."""
    begins, ends = absence.from_time, absence.until_time
    if begins and ends:
        return f"{wall_time_in_words(begins)}–{wall_time_in_words(ends)}"
    if begins:
        return _("from {time}").format(time=wall_time_in_words(begins))
    return _("until {time}").format(time=wall_time_in_words(ends)) if ends else ""


def _bounds(absence: Absence, today: date) -> str:
    begins = _("from {day} on").format(day=_day(absence.first_date, today)) if absence.first_date > today else ""
    ends = _("until {day}").format(day=_day(absence.last_date, today)) if absence.last_date else ""
    return ", ".join(part for part in (begins, ends) if part)


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else _("{first} and {last}").format(first=", ".join(words[:-1]), last=words[-1])


def _day(day: date, today: date) -> str:
    return day_in_words(day) if day.year == today.year else dated_day_in_words(day)


def _moment(day: str, at: time | None) -> str:
    return _("{day}, {time}").format(day=day, time=wall_time_in_words(at)) if at else day
