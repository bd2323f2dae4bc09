"""Forms of a store's rules of booking, its notice, and how its line is called."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from booking.staff.forms.fields import TEXT_MAX, number, party_in_words, short_text
from booking.staff.forms.shared import StaffForm
from booking.store_setup.queries import LargestParty
from stores.models import CapacityCounts, LineShows
from stores.services import POLICY_RANGES


class RulesForm(StaffForm):
    """The store's rules of booking."""

    field_order = (
        "minimum_notice_minutes",
        "booking_horizon_days",
        "change_until_minutes",
        "open_bookings_per_customer",
        "keep_days",
        "slot_minutes",
        "capacity_counts",
    )

    slot_minutes = number(
        _("Minutes from one time to the next"),
        *POLICY_RANGES["slot_minutes"],
        help_text=_("Each kind of visit takes as many of these as before, so how long it lasts changes with it."),
    )
    capacity_counts = forms.ChoiceField(
        label=_("A place is for"),
        choices=((CapacityCounts.PEOPLE, _("one person")), (CapacityCounts.VISITS, _("one visit, however many come"))),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what a place is for."),
            "invalid_choice": _("Choose what a place is for."),
        },
    )
    minimum_notice_minutes = number(
        _("Customers book at least so many minutes before"), *POLICY_RANGES["minimum_notice_minutes"]
    )
    booking_horizon_days = number(_("and at most so many days ahead"), *POLICY_RANGES["booking_horizon_days"])
    change_until_minutes = number(
        _("They may change the time until so many minutes before"), *POLICY_RANGES["change_until_minutes"]
    )
    open_bookings_per_customer = number(
        _("Visits one customer may have to come"), *POLICY_RANGES["open_bookings_per_customer"]
    )
    keep_days = number(
        _("Days after which a customer is forgotten"),
        *POLICY_RANGES["keep_days"],
        help_text=_("Name, phone, e-mail and note are erased so many days after the visit. Counts stay."),
    )

    def __init__(self, *args: Any, too_large: LargestParty | None = None, **kwargs: Any) -> None:
        """Take the largest party, where it is larger than any desk would have places for if each person took one."""
        super().__init__(*args, **kwargs)
        self.too_large = too_large

    def clean_capacity_counts(self) -> str:
        """Refuse to count people where every day would be full for a party that customers may choose."""
        counts: str = self.cleaned_data["capacity_counts"]
        if self.too_large is not None and counts == CapacityCounts.PEOPLE:
            sentence = _(
                "Up to {count} people may come together for “{visit_type}”, and no desk has so many places. "
                "Give a desk more places first."
            )
            raise ValidationError(party_in_words(sentence, self.too_large), code="above_capacity")
        return counts


class NoticeForm(StaffForm):
    """The notice at the top of the store's pages."""

    notice = short_text(
        _("Notice"),
        TEXT_MAX,
        required=False,
        help_text=_("Customers read it on the store's page and when they choose a time. Leave it empty for none."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )


class LineForm(StaffForm):
    """How people in the line are called: by a code or a first name."""

    line_shows = forms.ChoiceField(
        label=_("On the screen, people are called by"),
        choices=LineShows.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose one of these."),
            "invalid_choice": _("Choose one of these."),
        },
    )
