"""The first and the last day of a range, as fields of a form."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from booking.web.query_params import read_day

LONGEST_RANGE_DAYS = 62


class DayField(forms.Field):
    """A day from a date field. Any other text is invalid."""

    def __init__(self, *, first: date, last: date, **kwargs: Any) -> None:
        attributes = {"min": first.isoformat(), "max": last.isoformat(), "autocomplete": "off"}
        super().__init__(widget=forms.DateInput(attrs={"type": "date", **attributes}, format="%Y-%m-%d"), **kwargs)

    def clean(self, value: Any) -> date:
        """Return the day. Raises ValidationError."""
        day = read_day(value or "")
        if day is None:
            raise ValidationError(_("Choose a day."), code="required")
        return day


def add_days(form: forms.Form, *, first: date, last: date) -> None:
    """Put the first and the last day at the beginning of a form."""
    days = {
        "from": DayField(first=first, last=last, label=_("First day")),
        "to": DayField(first=first, last=last, label=_("Last day")),
    }
    form.fields = {**days, **form.fields}


def check_days(form: forms.Form, cleaned: dict[str, Any]) -> None:
    """Check the two days against each other."""
    first, last = cleaned.get("from"), cleaned.get("to")
    if first and last and last < first:
        form.add_error("to", ValidationError(_("The last day must not be before the first."), code="out_of_range"))
    elif first and last and (last - first).days >= LONGEST_RANGE_DAYS:
        form.add_error("to", ValidationError(_("Choose 62 days at most."), code="out_of_range"))
