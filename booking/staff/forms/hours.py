"""Opening hours as people type them, one line for each day: "09:00-12:30, 14:00-19:00", « 9h-12h30 14h-19h »."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.staff.forms.shared import StaffForm
from stores.hours import WeeklyInterval
from stores.osm.opening_hours import Times, read_day

LINE_MAX = 200
DAYS = range(7)
NIGHTS = "nights"

_BETWEEN = re.compile(r"[,;/]|\s(?:and|et|und|y)\s", re.IGNORECASE)
_ENDS = re.compile(r"\s*(?:-|–|—|\bto\b|\bbis\b|à)\s*", re.IGNORECASE)
_NO_HOUR = re.compile(r"(?<![:h.\d])(?:2[4-9]|[3-9]\d)")
_CLOSED = frozenset({"", "-"})


class HoursField(forms.CharField):
    """One day's hours on one line, read into intervals; an empty line means closed."""

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
    if line.strip() in _CLOSED:
        return ()
    read = read_day(line)
    if read.why_not:
        raise _not_readable(line, read.why_not)
    times = sorted(read.times)
    for (opens, closes), (next_opens, _next_closes) in pairwise(times):
        is_past_midnight = closes <= opens
        if is_past_midnight or next_opens < closes:
            raise ValidationError(_("Two of these times overlap."), code="overlap")
    return tuple(times)


def hours_line(times: Iterable[tuple[time, time]]) -> str:
    """Return intervals in the notation in which they are typed."""
    return ", ".join(f"{opens:%H:%M}-{'24:00' if closes == time.min else f'{closes:%H:%M}'}" for opens, closes in times)


def times_of_day(weekly: Iterable[WeeklyInterval], weekday: int) -> list[tuple[time, time]]:
    """Return the intervals of a weekday, by opening time."""
    return sorted((one.opens, one.closes) for one in weekly if one.weekday == weekday)


def sent_week(weekly: Iterable[WeeklyInterval]) -> dict[str, str]:
    """Return a week as its lines are sent."""
    week = list(weekly)
    return {f"day_{weekday}": hours_line(times_of_day(week, weekday)) for weekday in DAYS}


class NightsField(forms.Field):
    """The unusually long nights that the user confirmed by a tick: « day_6 09:00-05:00 »."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> frozenset[str]:
        """Return the ticked values; unknown values match no night and are ignored."""
        return frozenset(map(str, value)) if isinstance(value, list | tuple) else frozenset()


@dataclass(frozen=True, slots=True)
class Night:
    """An unusually long night to be confirmed: the value of its checkbox, and its label."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class HoursLine:
    """A line of hours as shown, with its long nights to be confirmed."""

    field: forms.BoundField
    nights: Sequence[Night]


class AsksAboutNights(StaffForm):
    """A form with lines of hours. 9-5 may mean 5 p.m., so an unusually long night must be confirmed by a tick."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[NIGHTS] = NightsField(required=False)
        self._asked: dict[str, list[Night]] = {}

    def line(self, name: str) -> HoursLine:
        """Return a line as it is shown."""
        return HoursLine(self[name], self._asked.get(name, ()))

    def ask_about_nights(self, names: Iterable[str]) -> None:
        """Add an error to each of these lines with a long night that is neither confirmed nor stored already."""
        ticked = self.cleaned_data.get(NIGHTS, frozenset())
        for name in names:
            held = read_day(str(self.fields[name].initial or "")).times
            typed = read_day(str(self.data.get(self.add_prefix(name), ""))).nights if name in self.cleaned_data else ()
            nights = [one for one in typed if one not in held]
            asked = [_night(name, *one) for one in nights]
            if any(one.value not in ticked for one in asked):
                self._asked[name] = asked
                self.add_error(name, ValidationError(_night_question(*nights[0]), code="night"))


class WeekForm(AsksAboutNights):
    """The hours of a week, a line for each day."""

    def __init__(self, *args: Any, weekly: Sequence[WeeklyInterval] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday in DAYS:
            self.fields[f"day_{weekday}"] = HoursField(
                label=capfirst(str(WEEKDAYS[weekday])), initial=hours_line(times_of_day(weekly, weekday))
            )

    @property
    def lines(self) -> Iterator[HoursLine]:
        """The seven lines."""
        return (self.line(f"day_{weekday}") for weekday in DAYS)

    @property
    def are_hours_kept(self) -> bool:
        """Whether the hours of the lines are going to be saved."""
        return True

    def clean(self) -> dict[str, Any]:
        """Ask for confirmation of unusually long nights."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.are_hours_kept:
            self.ask_about_nights(f"day_{weekday}" for weekday in DAYS)
        return cleaned

    @property
    def weekly(self) -> list[WeeklyInterval]:
        """The intervals that were read from the lines."""
        return [
            WeeklyInterval(weekday, opens, closes)
            for weekday in DAYS
            for opens, closes in self.cleaned_data[f"day_{weekday}"]
        ]

    def blame(self, number: int) -> None:
        """Add an error to the day of one interval of `weekly` whose hours overlap those of another day."""
        self.add_error(f"day_{self.weekly[number].weekday}", _("These hours run into those of the day after."))

    def problem_text(self, name: str, error: str) -> str:
        """Return an error of a day's hours with the name of the weekday."""
        if not name.startswith("day_"):
            return super().problem_text(name, error)
        return _("{weekday}: {problem}").format(weekday=self.fields[name].label, problem=error)


def _night(name: str, opens: time, closes: time) -> Night:
    words = _("Yes, open until {time} the next day").format(time=f"{closes:%H:%M}")
    return Night(f"{name} {opens:%H:%M}-{closes:%H:%M}", words)


def _night_question(opens: time, closes: time) -> str:
    sentence = _("Open all night, from {opens} until {closes} the next day? Tick it, or write 14:00 for 2 pm.")
    return sentence.format(opens=f"{opens:%H:%M}", closes=f"{closes:%H:%M}")


def _not_readable(line: str, why_not: str) -> ValidationError:
    """Return the error for a line that cannot be read; it quotes only the part that is wrong."""
    parts = [part.strip() for part in _BETWEEN.split(line)]
    wrong = next((part for part in parts if read_day(part).why_not), line.strip())
    ends = [end.strip() for end in _ENDS.split(wrong)]
    if len(ends) == 2 and ends[0] == ends[1]:
        sentence, code = _("“{part}” opens and closes at the same time."), "empty"
    elif why_not.endswith("is not clear") and not _NO_HOUR.search(wrong):
        sentence, code = _("“{part}” can mean two things. Write the afternoon as 14:00-18:00."), "unclear"
    else:
        sentence, code = _("“{part}” could not be read. Write hours such as 09:00-12:30, 14:00-19:00."), "invalid"
    return ValidationError(sentence.format(part=wrong), code=code)
