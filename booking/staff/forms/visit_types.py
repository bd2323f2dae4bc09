"""The form of a visit type."""

from collections.abc import Collection
from enum import StrEnum
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from booking.staff.forms.fields import NAME_MAX, TEXT_MAX, is_taken, number, short_text, tick, web_address_input
from booking.staff.forms.hours import DAYS, WeekForm
from booking.staff.forms.shared import read_address
from booking.web.forms import TypedField
from stores.models import VisitMode
from stores.services import AT_ONCE_RANGE, CAPACITY_RANGE, POLICY_RANGES, VIDEO_URL_LONGEST, KindRules
from stores.slots import BUFFER_MOST

SLOT_COUNT_MAX = 96
NOTICE_HOURS_MAX = POLICY_RANGES["minimum_notice_minutes"][1] // 60


def read_video_link(text: str) -> str:
    """Return the link of a video call, "" for none. Raises BadInput."""
    sentence = _("Enter a link that starts with https://, as your video service shows it.")
    return read_address(text, schemes=["https"], longest=VIDEO_URL_LONGEST, sentence=sentence)


class Notice(StrEnum):
    """By which rule customers may book a kind of visit at the latest."""

    STORE = "store"
    HOURS = "hours"
    DAY_BEFORE = "day_before"


class VisitTypeForm(WeekForm):
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
        widget=web_address_input(),
    )
    is_active = tick(_("Customers may choose this visit"))
    notice = forms.ChoiceField(
        required=False,
        label=_("Customers book at the latest"),
        choices=(
            (Notice.STORE, _("As all visits of this store")),
            (Notice.HOURS, _("So many hours before")),
            (Notice.DAY_BEFORE, _("The day before, until a time of day")),
        ),
        widget=forms.RadioSelect,
        initial=Notice.STORE,
        error_messages={"invalid_choice": _("Choose one of these.")},
    )
    notice_hours = number(_("Hours before"), 0, NOTICE_HOURS_MAX, required=False)
    notice_until = forms.TimeField(
        required=False,
        label=_("Until, the day before"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": _("Enter a time such as 17:00.")},
    )
    minutes_before = number(_("Minutes kept before"), 0, BUFFER_MOST, required=False)
    minutes_after = number(_("Minutes kept after"), 0, BUFFER_MOST, required=False)
    most_at_once = number(
        _("Most of these visits at the same time"),
        *AT_ONCE_RANGE,
        required=False,
        help_text=_("Over all desks, for a room or a machine that they share. Empty: any number."),
    )
    has_own_hours = tick(_("This visit has days and hours of its own"))

    def __init__(self, *args: Any, taken: Collection[str] = (), most_people: int | None = None, **kwargs: Any) -> None:
        """Take the names of the other active visit types, and how many people one desk takes at once, None for any."""
        super().__init__(*args, **kwargs)
        self.taken = taken
        self.most_people = most_people

    @property
    def are_hours_kept(self) -> bool:
        """Whether the visit has hours of its own."""
        return bool(self.cleaned_data.get("has_own_hours"))

    @property
    def own_rules(self) -> KindRules:
        """The own rules that were typed."""
        typed = self.cleaned_data
        return KindRules(
            notice_minutes=typed["notice_hours"] * 60 if typed["notice"] == Notice.HOURS else None,
            notice_until=typed["notice_until"] if typed["notice"] == Notice.DAY_BEFORE else None,
            weekly=tuple(self.weekly) if self.are_hours_kept else (),
            minutes_before=typed["minutes_before"] or 0,
            minutes_after=typed["minutes_after"] or 0,
            most_at_once=typed["most_at_once"],
        )

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
        self._check_notice(cleaned)
        has_hours = any(cleaned.get(f"day_{weekday}") for weekday in DAYS)
        if cleaned.get("has_own_hours") and not has_hours and not self.errors:
            self.add_error("has_own_hours", _("Enter the hours of this visit, or take the tick away."))
        return cleaned

    def _check_notice(self, cleaned: dict[str, Any]) -> None:
        """Require the value of the chosen rule; what belongs to another one is not saved, so it need not be right."""
        cleaned["notice"] = cleaned.get("notice") or Notice.STORE
        needed = {Notice.HOURS: "notice_hours", Notice.DAY_BEFORE: "notice_until"}
        for rule, name in needed.items():
            if cleaned["notice"] != rule:
                self.errors.pop(name, None)
            elif cleaned.get(name) is None and name not in self.errors:
                sentence = _("Say how many hours before.") if rule == Notice.HOURS else _("Enter a time such as 17:00.")
                self.add_error(name, sentence)
