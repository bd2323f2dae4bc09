"""The form of the hours of one date."""

from collections.abc import Mapping
from datetime import date as date_type
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from booking.customer_input import FIRST_YEAR, LAST_YEAR
from booking.staff.forms.hours import AsksAboutNights, HoursField, HoursLine
from booking.staff.forms.shared import ChangedMeanwhile, read_was


class SpecialHoursForm(AsksAboutNights):
    """The hours of one date, instead of those of its weekday."""

    CLOSED, OPEN = "closed", "open"

    date = forms.DateField(
        label=_("Day"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Choose a day."),
            "invalid": _("This day does not exist. Please choose another one."),
        },
    )
    what = forms.ChoiceField(
        label=_("On this day, the store is"),
        choices=((CLOSED, _("closed all day")), (OPEN, _("open at other times"))),
        widget=forms.RadioSelect,
        initial=CLOSED,
        error_messages={
            "required": _("Say whether the store is open on this day."),
            "invalid_choice": _("Say whether the store is open on this day."),
        },
    )
    times = HoursField(label=_("Times"), help_text=_("For example 09:00-12:30, 14:00-17:00"))

    def __init__(self, *args: Any, days: Mapping[str, str], today: date_type, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.days = days
        self.today = today

    def stored(self) -> dict[str, str]:
        """Return the special hours of each date that has some."""
        return dict(self.days)

    def take_in_changes(self) -> list[ChangedMeanwhile]:
        """Return how others changed the date since the form was shown."""
        return self.changes_of(str(self.data.get("date", "")))

    def changes_of(self, day: str) -> list[ChangedMeanwhile]:
        """Return how others changed a date since the page was shown, where the form says what it showed."""
        text = str(self.data.get("was", ""))
        if not text or read_was(text).get(day) == self.days.get(day):
            return []
        self.has_told(self.stored())
        return [ChangedMeanwhile("date", self.days.get(day, ""), was_typed_into=True)]

    def value_in_words(self, name: str, value: str) -> str:
        """Return the hours of a date in words."""
        return value or gettext("the week's hours")

    def clean_date(self) -> Any:
        """Refuse years outside the range of the calendar, and past days."""
        day = self.cleaned_data["date"]
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(_("This day does not exist. Please choose another one."), code="invalid")
        if day < self.today:
            raise ValidationError(_("This day is over. Choose today or a day to come."), code="past")
        return day

    def clean(self) -> dict[str, Any]:
        """Require times where the store is open."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("what") == self.OPEN and not cleaned.get("times") and "times" not in self.errors:
            self.add_error("times", _("Enter the times at which the store is open."))
        if cleaned.get("what") == self.OPEN:
            self.ask_about_nights(["times"])
        return cleaned

    @property
    def times_line(self) -> HoursLine:
        """The line of the times."""
        return self.line("times")

    @property
    def intervals(self) -> Any:
        """The times of the day; none where it is closed."""
        return self.cleaned_data["times"] if self.cleaned_data["what"] == self.OPEN else ()
