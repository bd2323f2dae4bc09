"""The form of a visit type."""

from collections.abc import Collection
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from booking.messages.text_lint import health_words
from booking.staff.forms.fields import NAME_MAX, TEXT_MAX, is_taken, number, short_text, tick, web_address_input
from booking.staff.forms.hours import DAYS, WeekForm
from booking.staff.forms.questions import read_question
from booking.staff.forms.shared import read_address
from booking.web.forms import TypedField
from stores.models import VisitMode
from stores.queries import Question
from stores.services import AT_ONCE_RANGE, CAPACITY_RANGE, POLICY_RANGES, VIDEO_URL_LONGEST, KindRules
from stores.services.questions import QUESTIONS_MAX, TEXT_LONGEST
from stores.slots import BUFFER_MOST

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SLOT_COUNT_MAX = 96
NOTICE_HOURS_MAX = POLICY_RANGES["minimum_notice_minutes"][1] // 60


def read_video_link(text: str) -> str:
    """Return the link of a video call, "" for none. Raises BadInput."""
    sentence = _("Enter a link that starts with https://, as your video service shows it.")
    return read_address(text, schemes=["https"], longest=VIDEO_URL_LONGEST, sentence=sentence)


def _question(label: "StrOrPromise") -> TypedField:
    return TypedField(
        read_question,
        required=False,
        label=label,
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": TEXT_LONGEST}),
    )


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
        for number_ in range(QUESTIONS_MAX):
            self.fields |= {
                f"ask_{number_}": _question(_("Question")),
                f"ask_en_{number_}": _question(_("The same in English")),
                f"must_answer_{number_}": tick(_("Nobody can book without answering")),
            }
        self.health_words = ""
        self.taken = taken
        self.most_people = most_people

    def question_groups(self) -> list[tuple[int, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Return the number, the two texts and the tick of each question, numbers from 1."""
        return [
            (number + 1, self[f"ask_{number}"], self[f"ask_en_{number}"], self[f"must_answer_{number}"])
            for number in range(QUESTIONS_MAX)
        ]

    @property
    def are_questions_shown(self) -> bool:
        """Whether the part of the questions is open: where one is asked, typed or wrong."""
        return any(text.value() or text.errors or english.errors for _n, text, english, _must in self.question_groups())

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
            questions=tuple(
                Question(typed[f"ask_{number}"], (), typed[f"must_answer_{number}"], typed[f"ask_en_{number}"])
                for number in range(QUESTIONS_MAX)
                if typed[f"ask_{number}"]
            ),
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
        self._check_questions(cleaned)
        has_hours = any(cleaned.get(f"day_{weekday}") for weekday in DAYS)
        if cleaned.get("has_own_hours") and not has_hours and not self.errors:
            self.add_error("has_own_hours", _("Enter the hours of this visit, or take the tick away."))
        return cleaned

    def _check_questions(self, cleaned: dict[str, Any]) -> None:
        """Require the question where there is its English text; warn once of words about health."""
        for number_ in range(QUESTIONS_MAX):
            if cleaned.get(f"ask_en_{number_}") and cleaned.get(f"ask_{number_}") == "":
                self.add_error(f"ask_{number_}", _("Write the question itself as well."))
        found = {
            name: words
            for number_ in range(QUESTIONS_MAX)
            for name in (f"ask_{number_}", f"ask_en_{number_}")
            if (words := health_words(cleaned.get(name) or ""))
        }
        self.health_words = ", ".join(word for words in found.values() for word in words)
        if self.health_words == str(self.data.get("health_words", "")):
            return
        sentence = _("“{words}”: do not ask about health. If this asks about something else, save once more.")
        for name, words in found.items():
            self.add_error(name, sentence.format(words=", ".join(words)))

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
