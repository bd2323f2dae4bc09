"""Forms for the talk by text: the store's word, its saved replies, and one reply."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.staff.forms.shared import StaffForm
from notifications.segments import segments
from stores.services.texting import REPLIES_MOST, REPLY_LONGEST

LONGEST_REPLY = 300


class TextingForm(StaffForm):
    """The word by which customers book by text, and the replies that staff need often, one a line."""

    sms_word = forms.CharField(
        required=False,
        max_length=12,
        label=gettext_lazy("Your word"),
        help_text=gettext_lazy("Three to twelve letters, such as the store's name. Empty: nobody books by text."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    saved_replies = forms.CharField(
        required=False,
        max_length=REPLIES_MOST * (REPLY_LONGEST + 2),
        label=gettext_lazy("Replies you need often"),
        help_text=gettext_lazy("One a line, eight at most."),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"max_length": gettext_lazy("This is too long. Please shorten it.")},
    )

    def clean_saved_replies(self) -> str:
        """Refuse a line that is longer than a text message."""
        lines = [" ".join(line.split()) for line in self.cleaned_data["saved_replies"].splitlines()]
        if any(len(line) > REPLY_LONGEST for line in lines):
            raise ValidationError(_("This is too long. Please shorten it."))
        return "\n".join(line for line in lines if line)

    def replies(self) -> list[str]:
        """Return the valid replies."""
        return str(self.cleaned_data["saved_replies"]).splitlines()


class ReplyForm(StaffForm):
    """One reply to a customer."""

    body = forms.CharField(
        max_length=LONGEST_REPLY,
        label=gettext_lazy("Your reply"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": gettext_lazy("Enter something here."),
            "max_length": gettext_lazy("This is too long. Please shorten it."),
        },
    )

    def clean_body(self) -> str:
        """Return a reply without line breaks; refuse one of more than three segments."""
        text = " ".join(str(self.cleaned_data["body"]).split())
        if segments(text) > 3:
            raise ValidationError(_("This is too long. Please shorten it."))
        return text
