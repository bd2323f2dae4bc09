"""The form of a store's waiting room: whether it has one, and when its bookings open."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from booking.customer_input import FIRST_YEAR, LAST_YEAR
from booking.staff.forms.fields import tick
from booking.staff.forms.shared import StaffForm

_FORMAT = "%Y-%m-%dT%H:%M"
_NO_TIME = _("This day or this time does not exist. Please choose another one.")


class WaitingRoomForm(StaffForm):
    """Whether visitors wait in order in a rush, and from when on customers may book, on the store's clock."""

    has_waiting_room = tick(
        _("Let visitors wait in order when too many want to book at once"),
        help_text=_("They see how many are before them and about how long it takes. On ordinary days nobody waits."),
    )
    bookings_open_at = forms.DateTimeField(
        required=False,
        label=_("Bookings open"),
        help_text=_(
            "Until then, customers cannot book. Those who come before are put in an order by chance. You can book"
            " for callers at any time."
        ),
        input_formats=[_FORMAT],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "autocomplete": "off"}, format=_FORMAT),
        error_messages={"invalid": _NO_TIME},
    )

    def __init__(self, *args: Any, zone: ZoneInfo, stored: datetime | None, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.stored_opening, self.now = zone, stored, now

    def clean_bookings_open_at(self) -> datetime | None:
        """Read the opening by the store's clock; refuse times that are over, unless this one is stored already."""
        typed: datetime | None = self.cleaned_data["bookings_open_at"]
        if typed is None:
            return None
        opening = typed.replace(tzinfo=self.zone)
        if not FIRST_YEAR <= typed.year <= LAST_YEAR or _is_skipped(opening):
            raise ValidationError(_NO_TIME, code="invalid")
        if opening <= self.now and opening != self.stored_opening:
            raise ValidationError(_("This time is over. Choose one to come."), code="past")
        return opening

    def clean(self) -> dict[str, Any]:
        """Require the waiting room for an opening: those who come before it wait there."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("bookings_open_at") and not cleaned.get("has_waiting_room"):
            self.add_error("has_waiting_room", _("Customers wait for the opening in the waiting room: switch it on."))
        return cleaned


def _is_skipped(moment: datetime) -> bool:
    """Tell whether clocks are put forward over a time of day, so that it does not exist on that day."""
    there_and_back = moment.astimezone(UTC).astimezone(moment.tzinfo)
    return there_and_back.replace(tzinfo=None) != moment.replace(tzinfo=None)
