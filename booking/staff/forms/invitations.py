"""The forms of an invitation by link: the manager's, and that of whoever joins."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.customer_input import BadInput, read_email, read_name
from booking.staff.forms.members import role_field
from booking.staff.forms.shared import StaffForm

SHOWN_NAME_MAX = 60


class _PersonForm(StaffForm):
    """A name that colleagues see, and an e-mail address that may be left empty."""

    name = forms.CharField(
        label=_("Name"),
        max_length=SHOWN_NAME_MAX,
        error_messages={"required": _("Enter a name."), "max_length": _("This is too long. Please shorten it.")},
    )
    email = forms.CharField(
        label=_("E-mail address"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_name(self) -> str:
        """Take the name without control characters."""
        return _read(read_name, self.cleaned_data["name"])

    def clean_email(self) -> str:
        """Refuse what is no address."""
        return _read(read_email, self.cleaned_data["email"])


class InvitationForm(_PersonForm):
    """Whom a manager invites, and what they may do."""

    role = role_field()
    field_order = ("name", "email", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        self.fields["name"].help_text = _("As their colleagues call them.")
        self.fields["email"].help_text = _("Left empty, you get a link to hand over yourself.")
        self.fields["email"].widget.attrs["autocomplete"] = "off"


class JoinForm(_PersonForm):
    """A new user, by their own choice."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("With it you sign in."),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Enter a user name."), "max_length": _("This is too long. Please shorten it.")},
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1024,
        help_text=_("At least 12 characters: some words you remember will do."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Enter a password.")},
    )
    field_order = ("name", "username", "password", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["email"].help_text = _("For a new password, if you forget yours. It may stay empty.")


class OwnDetailsForm(_PersonForm):
    """The user's own name and address; another address needs the password."""

    current = forms.CharField(
        label=_("Password now"),
        required=False,
        strip=False,
        max_length=1024,
        help_text=_("Needed for another e-mail address alone."),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["name"].help_text = _("Colleagues see it. Left empty, they see your user name.")
        self.fields["email"].help_text = _("For a new password, if you forget yours.")

    def clean_name(self) -> str:
        """Take the name without control characters, or none."""
        typed: str = self.cleaned_data["name"]
        return _read(read_name, typed) if typed.strip() else ""


def _read(read: Any, typed: str) -> str:
    try:
        return str(read(typed))
    except BadInput as bad:
        raise forms.ValidationError(str(bad.message)) from bad
