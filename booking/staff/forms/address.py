"""The form of the store's name, address and position."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from booking.staff.forms.fields import short_text
from booking.staff.forms.shared import StaffForm
from stores.services import ADDRESS_LONGEST, DEGREES_MOST


class DegreesField(forms.CharField):
    """A latitude or a longitude, with a point or a comma before the decimals."""

    def __init__(self, axis: str, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
        super().__init__(widget=widget, **kwargs)
        self.most = DEGREES_MOST[axis]

    def clean(self, value: Any) -> float:
        """Return the degrees. Raises ValidationError."""
        try:
            degrees = float(str(value or "").strip().replace("−", "-").replace(",", "."))
        except ValueError:
            degrees = self.most + 1
        if not -self.most <= degrees <= self.most:  # nor is "nan"
            raise ValidationError(_("Enter degrees such as 46.3231, and -0.4588 for the west."), code="invalid")
        return degrees


class AddressForm(StaffForm):
    """Name, street, postal code, town and position."""

    name = short_text(_("Name of the store"), ADDRESS_LONGEST["name"])
    street = short_text(_("Street and number"), ADDRESS_LONGEST["street"], required=False)
    postal_code = short_text(_("Postal code"), ADDRESS_LONGEST["postal_code"], required=False)
    town = short_text(_("Town"), ADDRESS_LONGEST["town"], required=False)
    latitude = DegreesField(
        "latitude",
        label=_("Latitude"),
        help_text=_("In degrees, as maps show them. Customers find the way by this position."),
    )
    longitude = DegreesField("longitude", label=_("Longitude"))
