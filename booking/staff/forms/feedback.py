"""The form for the question after a visit."""

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.staff.forms.shared import StaffForm
from stores.models import FeedbackWhen


class FeedbackForm(StaffForm):
    """Whether customers are asked one question after their visit, and when."""

    feedback_when = forms.ChoiceField(
        required=False,
        label=_("The question goes"),
        choices=[
            ("", _("not at all")),
            *FeedbackWhen.choices,
        ],
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose one of these.")},
    )
