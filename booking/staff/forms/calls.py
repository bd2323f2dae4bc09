"""The form for the number at which calls are answered by keypad."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.customer_input import read_note, read_phone
from booking.staff.forms.shared import StaffForm
from booking.web.forms import TypedField


class CallsForm(StaffForm):
    """The number, empty where calls are not answered by keypad."""

    keypad_phone = TypedField(
        read_note,  # the store's country decides, see `__init__`
        required=False,
        label=_("Number for bookings by keys"),
        help_text=_("A number of your provider of text messages, and not the store's own phone."),
        widget=forms.TelInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        phone = self.fields["keypad_phone"]
        assert isinstance(phone, TypedField)  # noqa: S101 -- declared above
        phone.read = lambda text: read_phone(text, country=country)
