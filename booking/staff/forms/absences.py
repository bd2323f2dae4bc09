"""The form of an absence, one stretch or again and again, and of a closing of the store, which comes again."""

from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from booking.customer_input import FIRST_YEAR, LAST_YEAR
from booking.formats.absence_wording import nth_choices
from booking.staff.forms.fields import ticks
from booking.staff.forms.shared import StaffForm
from booking.staff.forms.special_hours import DayField
from stores.absences import EACH_WEEK, Absence
from stores.services import BadValue
from stores.services.absences import check_absence

_SENTENCES = {
    "order": _("It ends before it begins."),
    "too_long": _("This is longer than two years."),
    "never": _("No such day comes between these two."),
}


ONCE, WEEKLY, MONTHLY = "once", "weekly", "monthly"
AGAIN = ((WEEKLY, _("Every week")), (MONTHLY, _("Every month")))


def _time(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        input_formats=["%H:%M"],
        error_messages={"invalid": _("Enter a time such as 14:00.")},
    )


class AbsenceForm(StaffForm):
    """When whoever serves at a desk is away."""

    repeats = forms.ChoiceField(
        label=_("How often?"),
        choices=((ONCE, _("Once")), *AGAIN),
        widget=forms.RadioSelect,
        initial=ONCE,
        error_messages={"required": _("Say how often."), "invalid_choice": _("Say how often.")},
    )
    first_date = DayField(label=_("First day"))
    last_date = DayField(label=_("Last day"), required=False)
    from_time = _time(_("From what time on?"))
    until_time = _time(_("Until what time?"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["nth"] = forms.TypedChoiceField(
            label=_("Which one of the month?"), choices=nth_choices(), coerce=int, required=False, initial=1
        )
        self.fields["weekdays"] = ticks(_("On which days?"), [(day, str(WEEKDAYS[day])) for day in range(7)])

    def clean_first_date(self) -> date:
        """Refuse years outside the range of the calendar."""
        return _in_calendar(self.cleaned_data["first_date"])

    def clean_last_date(self) -> date | None:
        """Refuse years outside the range of the calendar."""
        day = self.cleaned_data["last_date"]
        return day and _in_calendar(day)

    def clean(self) -> dict[str, Any]:
        """Require days of the week where it repeats, and an absence that comes and is not over."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("repeats") in (WEEKLY, MONTHLY) and not cleaned.get("weekdays"):
            self.add_error("weekdays", _("Tick at least one day."))
        if self.errors:
            return cleaned
        try:
            check_absence(self.absence)
        except BadValue as bad:
            sentence = _SENTENCES.get(bad.code, _("This cannot be kept. Please look at it again."))
            self.add_error(bad.field if bad.field in self.fields else None, sentence)
            return cleaned
        last = self.absence.last_date
        if last is not None and last < self.today:
            over = _("This day is over. Choose today or a day to come.")
            self.add_error("last_date" if cleaned["last_date"] else "first_date", over)
        return cleaned

    @property
    def absence(self) -> Absence:
        """What was typed."""
        typed = self.cleaned_data
        is_once = typed["repeats"] == ONCE
        return Absence(
            first_date=typed["first_date"],
            last_date=typed["last_date"] or (typed["first_date"] if is_once else None),
            from_time=typed["from_time"],
            until_time=typed["until_time"],
            weekdays=() if is_once else tuple(sorted(typed["weekdays"])),
            nth=typed["nth"] or 1 if typed["repeats"] == MONTHLY else EACH_WEEK,
        )


class ClosingForm(AbsenceForm):
    """When a store is closed again and again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        repeats = cast("forms.ChoiceField", self.fields["repeats"])
        repeats.choices, repeats.initial = AGAIN, WEEKLY


def _in_calendar(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(_("This day does not exist. Please choose another one."), code="invalid")
    return day
