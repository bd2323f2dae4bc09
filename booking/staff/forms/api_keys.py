"""The form of a new key for a program."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from booking.accounts.api_keys import DAYS_VALID
from booking.models import API_KEY_NAME_LONGEST
from booking.staff.forms.shared import StaffForm
from booking.store_setup.change_labels import SCOPE_WORDS
from stores.models import Organization


class ApiKeyForm(StaffForm):
    """What a new key is for, and until when; with organizations that the manager manages, for which stores."""

    name = forms.CharField(
        max_length=API_KEY_NAME_LONGEST,
        label=gettext_lazy("Name of the program"),
        help_text=gettext_lazy("For example: till, customer list."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Give the program a name."),
            "max_length": gettext_lazy("This is too long. Please shorten it."),
        },
    )
    scopes = forms.MultipleChoiceField(
        choices=list(SCOPE_WORDS.items()),
        label=gettext_lazy("What may it do?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose what it may do.")},
    )
    days = forms.TypedChoiceField(
        coerce=int,
        initial=DAYS_VALID[-1],
        label=gettext_lazy("For how long?"),
        help_text=gettext_lazy("Then it ends by itself, and you make a new one."),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose for how long.")},
    )
    reach = forms.ChoiceField(
        required=False,
        label=gettext_lazy("At which stores?"),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, organizations: Sequence[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days: Any = self.fields["days"]
        days.choices = [(one, ngettext("{count} day", "{count} days", one).format(count=one)) for one in DAYS_VALID]
        self.organizations = {one.slug: one for one in organizations}
        if not organizations:
            del self.fields["reach"]
            return
        reach: Any = self.fields["reach"]
        all_of = [(one.slug, _("All stores of {name}").format(name=one.name)) for one in organizations]
        reach.choices = [("", _("This store alone")), *all_of]

    @property
    def organization(self) -> Organization | None:
        """The organization whose stores the key opens, None for this store alone."""
        return self.organizations.get(self.cleaned_data.get("reach", ""))
