"""The forms of the hours of single dates: of one or several days in a row, and of public holidays."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as date_type
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from booking.customer_input import FIRST_YEAR, LAST_YEAR
from booking.formatting import dated_day_in_words, day_in_words
from booking.staff.forms.hours import AsksAboutNights, HoursField, HoursLine, hours_line
from booking.staff.forms.shared import ChangedMeanwhile, StaffForm, read_was
from booking.web.query_params import read_day
from stores.public_holidays import PublicHoliday
from stores.services import SPECIAL_DAYS_MAX

_TOO_MANY = _("At most {count} days at once.")


class DayField(forms.DateField):
    """A date, chosen in the browser's own calendar."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs: Any) -> None:
        errors = {
            "required": _("Choose a day."),
            "invalid": _("This day does not exist. Please choose another one."),
        }
        super().__init__(input_formats=["%Y-%m-%d"], error_messages=errors, **kwargs)


class HoursOfDates(StaffForm):
    """A form that sets the hours of dates. `days` has the special hours of each date that has some, in words."""

    def __init__(self, *args: Any, days: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.days = days

    def stored(self) -> dict[str, str]:
        """Return the special hours of each date that has some."""
        return dict(self.days)

    def changed_meanwhile(self, dates: Iterable[str]) -> list[str]:
        """Return those of these dates that others changed since the page was shown, where the form says what it was."""
        text = str(self.data.get("was", ""))
        was = read_was(text)
        changed = [day for day in dates if text and was.get(day) != self.days.get(day)]
        if changed:
            self.has_told(self.stored())
        return changed

    def value_in_words(self, name: str, value: str) -> str:
        """Return the hours of a date in words."""
        return value or gettext("the week's hours")

    def hours_of_each(self, dates: Sequence[str]) -> str:
        """Return the present hours of these dates in words, with the date where there are several."""
        if len(dates) == 1:
            return self.days.get(dates[0], "")
        return "; ".join(
            f"{day_in_words(date_type.fromisoformat(day))}: {self.value_in_words('', self.days.get(day, ''))}"
            for day in dates
        )


@dataclass(frozen=True, slots=True)
class Replaced:
    """The special hours that a range would replace: the value of the checkbox for it, and the hours in words."""

    value: str
    words: str


class SpecialHoursForm(HoursOfDates, AsksAboutNights):
    """The hours of one day, or of all days from a first to a last one, instead of those of their weekdays."""

    CLOSED, OPEN = "closed", "open"

    date = DayField(label=_("First day"))
    last_date = DayField(label=_("Last day"), help_text=_("Leave it empty for a single day."), required=False)
    what = forms.ChoiceField(
        label=_("On these days, the store is"),
        choices=((CLOSED, _("closed all day")), (OPEN, _("open at other times"))),
        widget=forms.RadioSelect,
        initial=CLOSED,
        error_messages={
            "required": _("Say whether the store is open on this day."),
            "invalid_choice": _("Say whether the store is open on this day."),
        },
    )
    times = HoursField(label=_("Times"), help_text=_("For example 09:00-12:30, 14:00-17:00"))
    replaces = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date_type, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.replaced: Replaced | None = None

    def take_in_changes(self) -> list[ChangedMeanwhile]:
        """Return how others changed the dates since the form was shown."""
        first = read_day(str(self.data.get("date", "")))
        last = read_day(str(self.data.get("last_date", ""))) or first
        changed = self.changed_meanwhile(map(str, _days_between(first, last) if first and last else ()))
        return [ChangedMeanwhile("date", self.hours_of_each(changed), was_typed_into=True)] if changed else []

    def clean_date(self) -> Any:
        """Refuse years outside the range of the calendar, and past days."""
        day = self.cleaned_data["date"]
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(_("This day does not exist. Please choose another one."), code="invalid")
        if day < self.today:
            raise ValidationError(_("This day is over. Choose today or a day to come."), code="past")
        return day

    def clean_last_date(self) -> Any:
        """Refuse a last day before the first one, and too many days."""
        first, last = self.cleaned_data.get("date"), self.cleaned_data["last_date"]
        if first is None or last is None:
            return last
        if last < first:
            raise ValidationError(_("The last day comes before the first one."), code="order")
        if last.year > LAST_YEAR:
            raise ValidationError(_("This day does not exist. Please choose another one."), code="invalid")
        if (last - first).days >= SPECIAL_DAYS_MAX:
            raise ValidationError(_TOO_MANY.format(count=SPECIAL_DAYS_MAX), code="too_many")
        return last

    def clean(self) -> dict[str, Any]:
        """Require times where the store is open, and a tick where special hours of several days are replaced."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("what") == self.OPEN and not cleaned.get("times") and "times" not in self.errors:
            self.add_error("times", _("Enter the times at which the store is open."))
        if cleaned.get("what") == self.OPEN:
            self.ask_about_nights(["times"])
        if not self.errors:
            self._ask_about_replaced()
        return cleaned

    def _ask_about_replaced(self) -> None:
        """Add an error where days of a range have other hours of their own, unless the user ticked this range."""
        dates = self.dates
        wanted = hours_line(self.intervals) or gettext("closed")
        own = [day for day in dates if self.days.get(str(day), wanted) != wanted]
        tick = f"{dates[0]}/{dates[-1]}"
        if len(dates) > 1 and own and self.cleaned_data["replaces"] != tick:
            lines = [f"{day_in_words(day)}: {self.days[str(day)]}" for day in own]
            self.replaced = Replaced(tick, "; ".join(lines))
            self.add_error(
                "last_date", _("Some of these days have special hours already. Tick that they are replaced.")
            )

    @property
    def times_line(self) -> HoursLine:
        """The line of the times."""
        return self.line("times")

    @property
    def dates(self) -> list[date_type]:
        """The days, in order."""
        first = self.cleaned_data["date"]
        return _days_between(first, self.cleaned_data["last_date"] or first)

    @property
    def intervals(self) -> Any:
        """The times of each day; none where it is closed."""
        return self.cleaned_data["times"] if self.cleaned_data["what"] == self.OPEN else ()


class HolidaysForm(HoursOfDates):
    """The public holidays to come on which the store is going to be closed; all are ticked at first."""

    days_closed = forms.MultipleChoiceField(
        label=_("The store is closed on"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick at least one day."),
            "invalid_choice": _("Not all of these days can be chosen any more. Here is the present list."),
        },
    )

    def __init__(self, *args: Any, holidays: Sequence[PublicHoliday], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.date), f"{dated_day_in_words(one.date)} · {one.name}") for one in holidays]
        field = self.fields["days_closed"]
        field.choices = choices  # type: ignore[attr-defined]
        field.initial = [value for value, _words in choices]

    def take_in_changes(self) -> list[ChangedMeanwhile]:
        """Return how others changed ticked dates since the form was shown, and untick these."""
        ticked = self._sent("days_closed")
        changed = self.changed_meanwhile(day for day in ticked if read_day(day))
        if not changed:
            return []
        self._sent_data().setlist("days_closed", [day for day in ticked if day not in changed])
        return [ChangedMeanwhile("days_closed", self.hours_of_each(changed), was_typed_into=False)]

    def clean_days_closed(self) -> list[str]:
        """Refuse too many days."""
        days: list[str] = self.cleaned_data["days_closed"]
        if len(days) > SPECIAL_DAYS_MAX:
            raise ValidationError(_TOO_MANY.format(count=SPECIAL_DAYS_MAX), code="too_many")
        return days

    @property
    def offered(self) -> list[date_type]:
        """The days that may be ticked."""
        choices = self.fields["days_closed"].choices  # type: ignore[attr-defined]
        return [date_type.fromisoformat(day) for day, _words in choices]

    @property
    def dates(self) -> list[date_type]:
        """The ticked days."""
        return [date_type.fromisoformat(day) for day in self.cleaned_data["days_closed"]]


def _days_between(first: date_type, last: date_type) -> list[date_type]:
    """Return the days from the first to the last one, no more than can be saved at once."""
    return [first + timedelta(days=number) for number in range(min((last - first).days + 1, SPECIAL_DAYS_MAX))]
