"""The form of the store's contact."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.customer_input import read_email, read_note, read_phone
from booking.staff.forms.fields import web_address_input
from booking.staff.forms.shared import StaffForm, read_address
from booking.web.forms import TypedField
from stores.models import Wheelchair
from stores.services import WEBSITE_LONGEST


def read_website(text: str) -> str:
    """Return a website's address, "" for none; the scheme is added where it is missing. Raises BadInput."""
    typed = text.strip()
    address = f"https://{typed}" if typed and "://" not in typed else typed
    sentence = _("Enter an address such as https://www.example.org.")
    return read_address(address, schemes=["http", "https"], longest=WEBSITE_LONGEST, sentence=sentence)


class ContactForm(StaffForm):
    """Phone, e-mail, website, and whether the store is accessible by wheelchair."""

    phone = TypedField(
        read_note,  # the store's country decides, see `__init__`
        required=False,
        label=_("Phone number"),
        help_text=_("Customers phone it when something cannot be done here."),
        widget=forms.TelInput(attrs={"autocomplete": "off"}),
    )
    email = TypedField(
        read_email,
        required=False,
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    website = TypedField(
        read_website,
        required=False,
        label=_("Website"),
        widget=web_address_input(),
    )
    wheelchair = forms.ChoiceField(
        label=_("With a wheelchair, the store is"),
        required=False,
        choices=(
            (Wheelchair.YES, _("easy to enter and move in")),
            (Wheelchair.LIMITED, _("partly accessible")),
            (Wheelchair.NO, _("not accessible")),
            (Wheelchair.UNKNOWN, _("not looked at yet")),
        ),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose one of these.")},
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        phone = self.fields["phone"]
        assert isinstance(phone, TypedField)  # noqa: S101 -- declared above
        phone.read = lambda text: read_phone(text, country=country)
