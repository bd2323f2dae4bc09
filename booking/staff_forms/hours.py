"""Opening hours as people type them on one line for each day: "09:00-12:30, 14:00-19:00", « 9h-12h30 / 14h-19h »."""

import re
from collections.abc import Iterable, Sequence
from datetime import time
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.staff_forms.shared import StaffForm
from stores.hours import WeeklyInterval

LINE_MAX = 200
DAYS = range(7)

Times = tuple[tuple[time, time], ...]

_CLOCK = r"(\d{1,2})\s*(?:[:h.]\s*(\d{2})?)?"
_INTERVAL = re.compile(rf"{_CLOCK}\s*(?:-|–|—|to|à)\s*{_CLOCK}", re.IGNORECASE)
_BETWEEN = re.compile(r"[,;/]|\s(?:and|et)\s", re.IGNORECASE)
_CLOSED = frozenset({"", "-", "closed", "fermé", "ferme", "off"})
_MIDNIGHT = (24, 0)


class HoursField(forms.CharField):
    """One day's hours on one line, read into intervals; nothing typed means closed."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        super().__init__(
            required=False,
            max_length=LINE_MAX,
            widget=forms.TextInput(attrs=attributes),
            error_messages={"max_length": gettext_lazy("This is too long. Please shorten it.")},
            **kwargs,
        )

    def clean(self, value: Any) -> Times:
        """Return the day's intervals, by opening time. Raises ValidationError."""
        return read_hours(super().clean(value))


def read_hours(line: str) -> Times:
    """Return the intervals of one day, by opening time; none for "closed". Raises ValidationError."""
    if line.strip().casefold() in _CLOSED:
        return ()
    times = sorted(_interval(part) for part in _BETWEEN.split(line))
    for (opens, closes), (next_opens, _next_closes) in pairwise(times):
        is_past_midnight = closes <= opens
        if is_past_midnight or next_opens < closes:
            raise ValidationError(_("Two of these times overlap."), code="overlap")
    return tuple(times)


def hours_line(times: Iterable[tuple[time, time]]) -> str:
    """Return intervals as they are typed."""
    return ", ".join(f"{opens:%H:%M}-{'24:00' if closes == time.min else f'{closes:%H:%M}'}" for opens, closes in times)


def times_of_day(weekly: Iterable[WeeklyInterval], weekday: int) -> list[tuple[time, time]]:
    """Return the intervals of a weekday, by opening time."""
    return sorted((one.opens, one.closes) for one in weekly if one.weekday == weekday)


class WeekForm(StaffForm):
    """The hours of a week, a line for each day."""

    def __init__(self, *args: Any, weekly: Sequence[WeeklyInterval] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday in DAYS:
            self.fields[f"day_{weekday}"] = HoursField(
                label=capfirst(str(WEEKDAYS[weekday])), initial=hours_line(times_of_day(weekly, weekday))
            )

    @property
    def days(self) -> list[forms.BoundField]:
        """The seven lines."""
        return [self[f"day_{weekday}"] for weekday in DAYS]

    @property
    def weekly(self) -> list[WeeklyInterval]:
        """What was typed, read."""
        return [
            WeeklyInterval(weekday, opens, closes)
            for weekday in DAYS
            for opens, closes in self.cleaned_data[f"day_{weekday}"]
        ]

    def blame(self, number: int) -> None:
        """Say of the day of one interval of `weekly` that its hours run into those of another day."""
        self.add_error(f"day_{self.weekly[number].weekday}", _("These hours run into those of the day after."))

    def _line(self, name: str, error: str) -> str:
        if not name.startswith("day_"):
            return error
        return _("{weekday}: {problem}").format(weekday=self.fields[name].label, problem=error)


def _interval(part: str) -> tuple[time, time]:
    found = _INTERVAL.fullmatch(part.strip())
    if found is None:
        raise _not_readable(part)
    opens_hour, opens_minute, closes_hour, closes_minute = (int(number or 0) for number in found.groups())
    if (closes_hour, closes_minute) == _MIDNIGHT:
        closes_hour = 0
    try:
        opens, closes = time(opens_hour, opens_minute), time(closes_hour, closes_minute)
    except ValueError:
        raise _not_readable(part) from None
    if opens == closes != time.min:
        raise ValidationError(_("“{part}” opens and closes at the same time.").format(part=part.strip()), code="empty")
    return opens, closes


def _not_readable(part: str) -> ValidationError:
    return ValidationError(
        _("“{part}” could not be read. Write hours such as 09:00-12:30, 14:00-19:00.").format(part=part.strip()),
        code="invalid",
    )
