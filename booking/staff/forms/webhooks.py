"""The form of a new webhook."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from booking.staff.forms.fields import web_address_input
from booking.staff.forms.shared import StaffForm
from booking.staff.webhook_wording import address_problem_in_words
from booking.webhooks.addresses import LONGEST, BadAddress, read_address


class WebhookAddressField(forms.CharField):
    """The address at which a program takes events."""

    def clean(self, value: Any) -> str:
        """Return the address. Raises ValidationError where it can be none."""
        address = str(super().clean(value)).strip()
        try:
            read_address(address)
        except BadAddress as bad:
            raise ValidationError(address_problem_in_words(bad.code), code=bad.code) from bad
        return address


class WebhookForm(StaffForm):
    """The address of a program that is told what happens to visits."""

    address = WebhookAddressField(
        max_length=LONGEST,
        label=gettext_lazy("Address of the program"),
        help_text=gettext_lazy("It begins with https://. Whoever looks after the program gives it to you."),
        widget=web_address_input(),
        error_messages={
            "required": gettext_lazy("Enter the address of the program."),
            "max_length": gettext_lazy("This is too long. Please shorten it."),
        },
    )
