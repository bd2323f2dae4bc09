"""Who would like to come, and on which days."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from booking.customer.visit_query import read_day
from booking.customer_input import can_be_texted
from booking.web.forms import DetailsForm

LONGEST_RANGE_DAYS = 62


class DayField(forms.Field):
    """A day from a date field, of which any other text is none."""

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
    """Hold the two days against each other."""
    first, last = cleaned.get("from"), cleaned.get("to")
    if first and last and last < first:
        form.add_error("to", ValidationError(_("The last day must not be before the first."), code="out_of_range"))
    elif first and last and (last - first).days >= LONGEST_RANGE_DAYS:
        form.add_error("to", ValidationError(_("Choose 62 days at most."), code="out_of_range"))


class WaitingForm(DetailsForm):
    """Two days, a name, and a phone number or an e-mail address that we can write to."""

    note = None  # type: ignore[assignment]  # this and the next: not asked of whoever waits
    is_for_someone_else = None  # type: ignore[assignment]

    def __init__(self, *args: Any, first: date, last: date, country: str, **kwargs: Any) -> None:
        super().__init__(*args, country=country, **kwargs)
        add_days(self, first=first, last=last)
        self.fields["phone"].help_text = _("A mobile number: we send a text message when a place comes free.")
        self.fields["email"].help_text = _("We write here when a place comes free.")

    def clean(self) -> dict[str, Any]:
        """Ask for a way to tell them of a place: a number that takes no text messages is none."""
        cleaned = super().clean()
        check_days(self, cleaned)
        phone = cleaned.get("phone")
        if phone and not can_be_texted(phone) and not cleaned.get("email") and "email" not in self.errors:
            sentence = _("We cannot text this number. Enter a mobile number, or an e-mail address.")
            self.add_error("phone", ValidationError(sentence, code="not_textable"))
        return cleaned
