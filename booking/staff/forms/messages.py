"""Forms for a store's messages: when they go and how, the store's own texts, and the address of the day sheet."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from booking.messages.placeholders import RULES
from booking.messages.text_settings import CheckedText, check_text
from booking.staff.forms.shared import StaffForm
from booking.staff.text_wording import as_shown, as_stored, problem_in_words, spoken_names, too_long_in_words
from stores.models import ReminderChannel, Store
from stores.services.messages import OWN_TEXT_LONGEST, REMINDER_HOURS, REMINDERS_MOST
from stores.words import cleaned

_DAYS = (14, 7, 5, 3, 2, 1)
_HOURS = tuple(range(8, 21))
_NOT_ONE = {
    "required": gettext_lazy("Choose one of these."),
    "invalid_choice": gettext_lazy("Choose one of these."),
}
_LABELS = {
    "sms": gettext_lazy("Your text message"),
    "email": gettext_lazy("Your paragraph in the e-mail"),
}


class MessagesForm(StaffForm):
    """Reminder days and channel, sending hours, and whether confirmations go by text."""

    reminder_days = forms.TypedMultipleChoiceField(
        required=False,
        coerce=int,
        label=gettext_lazy("A reminder goes"),
        choices=lambda: [(day, _days_before(day)) for day in _DAYS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Choose one of these.")},
    )
    reminder_hours = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        label=gettext_lazy("One more on the day itself"),
        choices=lambda: [(hours, _hours_before(hours)) for hours in REMINDER_HOURS],
        widget=forms.RadioSelect,
        error_messages=_NOT_ONE,
    )
    reminder_channel = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Reminders go"),
        choices=ReminderChannel.choices,
        widget=forms.RadioSelect,
        error_messages=_NOT_ONE,
    )
    confirms_by_email_alone = forms.BooleanField(
        required=False,
        label=gettext_lazy("Confirm by e-mail alone where a customer gave an address"),
    )
    messages_from = forms.TypedChoiceField(
        coerce=int,
        label=gettext_lazy("Messages go from"),
        choices=[(hour, f"{hour:02d}:00") for hour in _HOURS[:-1]],
        error_messages=_NOT_ONE,
    )
    messages_until = forms.TypedChoiceField(
        coerce=int,
        label=gettext_lazy("until"),
        choices=[(hour, f"{hour:02d}:00") for hour in _HOURS[1:]],
        error_messages=_NOT_ONE,
    )

    def clean_reminder_hours(self) -> int:
        """Return the hours; none are chosen where nothing was sent."""
        return int(self.cleaned_data["reminder_hours"] or 0)

    def clean_reminder_channel(self) -> str:
        """Return the channel; the present one where none was sent."""
        return str(
            self.cleaned_data["reminder_channel"]
            or self.get_initial_for_field(self.fields["reminder_channel"], "reminder_channel")
            or ReminderChannel.TEXT_FIRST
        )

    def clean_reminder_days(self) -> list[int]:
        """Refuse a number of reminders that would annoy customers."""
        days: list[int] = self.cleaned_data["reminder_days"]
        if len(days) > REMINDERS_MOST:
            raise ValidationError(_("Three reminders at most: more are not read."))
        return days


class OwnTextForm(StaffForm):
    """The store's own text for one message in one language, by each channel that the message has."""

    def __init__(self, *args: Any, store: Store, name: str, language: str, now: datetime, **kwargs: Any) -> None:
        self._where = (name, language)
        self._store, self._now = store, now
        self.channels = [channel for channel in RULES if name in RULES[channel]]
        self.checked: dict[str, CheckedText] = {}
        texts = {channel: store.own_texts.get(channel, {}).get(name, {}) for channel in self.channels}
        initial = {channel: as_shown(said.get(language, "")) for channel, said in texts.items()}
        super().__init__(*args, initial=initial, **kwargs)
        for channel in self.channels:
            self.fields[channel] = forms.CharField(
                required=False,
                max_length=OWN_TEXT_LONGEST,
                label=_LABELS[channel],
                help_text=_("Empty: our own text.") if channel == "sms" else _("Empty: no paragraph."),
                widget=forms.Textarea(attrs={"rows": 4, "lang": language, "dir": "auto", "autocomplete": "off"}),
                error_messages={"max_length": _("This is too long. Please shorten it.")},
            )

    def clean(self) -> dict[str, Any]:
        """Replace each text by what is stored; refuse those that break a rule, with what to do about it."""
        for channel in self.channels:
            text = as_stored(cleaned(str(self.cleaned_data.get(channel, ""))))
            checked = check_text(self._store, channel, *self._where, text, spoken=spoken_names(), now=self._now)
            self.checked[channel] = checked
            for problem in checked.refusals:
                self.add_error(channel, problem_in_words(problem))
            if checked.is_too_long:
                self.add_error(channel, too_long_in_words())
            if channel in self.cleaned_data:
                self.cleaned_data[channel] = text
        return self.cleaned_data

    def text(self, channel: str) -> str:
        """Return a text as it is stored: what was typed where that is valid, before that what the store has."""
        if not self.is_bound:
            name, language = self._where
            return str(self._store.own_texts.get(channel, {}).get(name, {}).get(language, ""))
        return str(self.cleaned_data.get(channel, ""))

    def notes(self, *, with_refusals: bool) -> list[str]:
        """Return what to think about before texts are saved, and on wish why they cannot be, once they were checked."""
        problems = [problem for checked in self.checked.values() for problem in checked.problems]
        return [problem_in_words(problem) for problem in problems if with_refusals or not problem.is_refused]


def _days_before(days: int) -> str:
    return ngettext("{days} day before", "{days} days before", days).format(days=days)


def _hours_before(hours: int) -> str:
    if not hours:
        return _("no")
    return ngettext("{hours} hour before", "{hours} hours before", hours).format(hours=hours)


class DaySheetForm(StaffForm):
    """An e-mail address, or none."""

    email = forms.EmailField(
        required=False,
        max_length=254,
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("Leave it empty and nothing is mailed."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": gettext_lazy("This is not an e-mail address.")},
    )
