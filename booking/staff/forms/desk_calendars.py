"""The form of the calendar that a desk follows."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from booking.desk_calendars.addresses import LONGEST, CalendarTrouble, read_address
from booking.staff.calendar_wording import trouble_in_words
from booking.staff.forms.fields import web_address_input
from booking.staff.forms.shared import StaffForm


class CalendarAddressField(forms.CharField):
    """The secret address of a calendar, as its program gives it."""

    def clean(self, value: Any) -> str:
        """Return the address. Raises ValidationError where it can be none."""
        address = str(super().clean(value)).strip()
        try:
            read_address(address)
        except CalendarTrouble as trouble:
            raise ValidationError(trouble_in_words(trouble.reason), code=trouble.reason) from trouble
        return address


class DeskCalendarForm(StaffForm):
    """The address of the calendar whose busy times close a desk."""

    address = CalendarAddressField(
        max_length=LONGEST,
        label=gettext_lazy("Address of the calendar"),
        help_text=gettext_lazy(
            "It ends in .ics most of the time. Google calls it the secret address in iCal format, Outlook and iCloud "
            "give it where a calendar is published."
        ),
        widget=web_address_input(),
        error_messages={
            "required": gettext_lazy("Enter the address of the calendar."),
            "max_length": gettext_lazy("This is too long. Please shorten it."),
        },
    )
