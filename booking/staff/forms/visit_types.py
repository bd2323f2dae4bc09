"""The form of a visit type."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from booking.staff.forms.fields import NAME_MAX, TEXT_MAX, is_taken, number, short_text, tick
from booking.staff.forms.shared import StaffForm, read_address
from booking.web.forms import TypedField
from stores.models import VisitMode
from stores.services import CAPACITY_RANGE, VIDEO_URL_LONGEST

SLOT_COUNT_MAX = 96


def read_video_link(text: str) -> str:
    """Return the link of a video call, "" for none. Raises BadInput."""
    sentence = _("Enter a link that starts with https://, as your video service shows it.")
    return read_address(text, schemes=["https"], longest=VIDEO_URL_LONGEST, sentence=sentence)


class VisitTypeForm(StaffForm):
    """Why customers come, how long it takes, and what they need."""

    name = short_text(_("Name"), NAME_MAX, help_text=_("What customers choose, such as “Advice”."))
    slot_count = number(_("How many times in a row it takes"), 1, SLOT_COUNT_MAX)
    max_party_size = number(_("Most people who may come together"), *CAPACITY_RANGE)
    what_to_bring = short_text(
        _("What to bring"),
        TEXT_MAX,
        required=False,
        help_text=_("Customers read this before and after they book."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
    mode = forms.ChoiceField(
        label=_("How it takes place"),
        choices=(
            (VisitMode.STORE, _("In the store")),
            (VisitMode.PHONE, _("By phone")),
            (VisitMode.VIDEO, _("By video")),
        ),
        widget=forms.RadioSelect,
        initial=VisitMode.STORE,
        error_messages={
            "required": _("Say how this visit takes place."),
            "invalid_choice": _("Say how this visit takes place."),
        },
    )
    video_url = TypedField(
        read_video_link,
        required=False,
        label=_("Link to the video call"),
        help_text=_("It starts with https://. Whoever has booked gets it, and nobody else."),
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    is_active = tick(_("Customers may choose this visit"))

    def __init__(self, *args: Any, taken: Collection[str] = (), most_people: int | None = None, **kwargs: Any) -> None:
        """Take the names of the other active visit types, and how many people one desk takes at once, None for any."""
        super().__init__(*args, **kwargs)
        self.taken = taken
        self.most_people = most_people

    def clean_max_party_size(self) -> int:
        """Refuse a party that no desk has the places for: every day would be full for it."""
        size: int = self.cleaned_data["max_party_size"]
        if self.most_people is not None and size > self.most_people:
            sentence = ngettext(
                "At most {count} person fits at one desk at the same time. Give a desk more places first.",
                "At most {count} people fit at one desk at the same time. Give a desk more places first.",
                self.most_people,
            )
            raise ValidationError(sentence.format(count=self.most_people), code="above_capacity")
        return size

    def clean(self) -> dict[str, Any]:
        """Require a link for video visits, and a name that no other active visit type has."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("is_active") and is_taken(cleaned.get("name", ""), self.taken):
            self.add_error("name", _("There is such a visit already. Choose another name."))
        is_missing = not cleaned.get("video_url") and "video_url" not in self.errors
        if cleaned.get("mode") == VisitMode.VIDEO and is_missing:
            self.add_error("video_url", _("Enter the link that customers open for the video call."))
        if cleaned.get("mode") not in (None, VisitMode.VIDEO):
            self.errors.pop("video_url", None)  # not needed: its value is not saved
            cleaned["video_url"] = ""
        return cleaned
