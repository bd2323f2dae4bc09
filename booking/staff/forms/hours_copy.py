"""The copying of one day's hours to other days of the week, before they are saved."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from booking.staff.forms.hours import DAYS
from booking.staff.forms.shared import StaffForm

# Ranges that shops open on, by their value in the form.
_RANGES: Mapping[str, tuple[Any, range]] = {
    "tuesday_saturday": (_("Tuesday to Saturday"), range(1, 6)),
    "monday_saturday": (_("Monday to Saturday"), range(6)),
    "monday_friday": (_("Monday to Friday"), range(5)),
    "all": (_("Every day"), range(7)),
}
_SENTENCES = dict.fromkeys(("required", "invalid_choice"), _("Choose one of these."))


def _weekdays() -> list[tuple[str, str]]:
    return [(str(day), capfirst(str(WEEKDAYS[day]))) for day in DAYS]


def _targets() -> list[tuple[str, Any]]:
    return [*((value, words) for value, (words, _days) in _RANGES.items()), *_weekdays()]


class CopyHoursForm(StaffForm):
    """Which day's hours to copy, and to which days."""

    copy_from = forms.ChoiceField(
        label=_("Copy the hours of"), choices=_weekdays, initial="0", error_messages=_SENTENCES
    )
    copy_to = forms.ChoiceField(
        label=_("to these days"), choices=_targets, initial="tuesday_saturday", error_messages=_SENTENCES
    )

    def filled(self, typed: Mapping[str, Any]) -> dict[str, str]:
        """Return the line of each day as it was typed, those copied to as the day copied from."""
        source, target = self.cleaned_data["copy_from"], self.cleaned_data["copy_to"]
        days = _RANGES[target][1] if target in _RANGES else (int(target),)
        lines = typed_lines(typed)
        return lines | {f"day_{day}": lines[f"day_{source}"] for day in days}


def typed_lines(typed: Mapping[str, Any]) -> dict[str, str]:
    """Return the line of each day as it was typed."""
    return {f"day_{day}": str(typed.get(f"day_{day}", "")) for day in DAYS}
