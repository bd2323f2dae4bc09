"""Who would like to come, and on which days."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from booking.customer.forms import DetailsForm
from booking.customer_input import can_be_texted
from booking.web.date_range_fields import add_days, check_days


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
