"""Forms for a store's messages: their times, the store's own sentence, and the address of the day sheet."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from booking.staff.forms.shared import StaffForm
from notifications.gsm7 import to_gsm7
from stores.services.messages import REMINDERS_MOST, SMS_WORDS_LONGEST

_DAYS = (14, 7, 5, 3, 2, 1)
_HOURS = tuple(range(8, 21))
_NOT_ONE = {
    "required": gettext_lazy("Choose one of these."),
    "invalid_choice": gettext_lazy("Choose one of these."),
}


def _words(label: object) -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=SMS_WORDS_LONGEST,
        label=label,  # type: ignore[arg-type]  # lazy
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": gettext_lazy("This is too long. Please shorten it.")},
    )


class MessagesForm(StaffForm):
    """Reminder days, sending hours, and the store's own sentence in each language."""

    reminder_days = forms.TypedMultipleChoiceField(
        required=False,
        coerce=int,
        label=gettext_lazy("A reminder goes"),
        choices=lambda: [(day, _days_before(day)) for day in _DAYS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Choose one of these.")},
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
    words_fr = _words(gettext_lazy("Your own sentence, in French"))
    words_en = _words(gettext_lazy("Your own sentence, in English"))

    def clean_reminder_days(self) -> list[int]:
        """Refuse a number of reminders that would annoy customers."""
        days: list[int] = self.cleaned_data["reminder_days"]
        if len(days) > REMINDERS_MOST:
            raise ValidationError(_("Three reminders at most: more are not read."))
        return days

    def clean_words_fr(self) -> str:
        """Refuse a sentence that makes a text message more expensive."""
        return _plain(self.cleaned_data["words_fr"])

    def clean_words_en(self) -> str:
        """Refuse a sentence that makes a text message more expensive."""
        return _plain(self.cleaned_data["words_en"])

    def sms_words(self) -> dict[str, str]:
        """Return the valid sentences, by language."""
        return {language: str(self.cleaned_data.get(f"words_{language}", "")) for language in ("fr", "en")}


def _days_before(days: int) -> str:
    return ngettext("{days} day before", "{days} days before", days).format(days=days)


def _plain(text: str) -> str:
    """Return a text as it is sent. Raises ValidationError naming the characters that would double its price."""
    lost = sorted({sign for sign in text if to_gsm7(sign) in ("", "?") and sign != "?"})
    if lost:
        raise ValidationError(_("Text messages cannot carry these signs: {signs}").format(signs=" ".join(lost)))
    return " ".join(to_gsm7(text).split())


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
