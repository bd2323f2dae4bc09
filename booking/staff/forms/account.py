"""Somebody's own password."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.staff.forms.shared import StaffForm

PASSWORD_MAX = 1024


def _password(label: Any, required: Any, autocomplete: str) -> forms.CharField:
    return forms.CharField(
        max_length=PASSWORD_MAX,
        strip=False,
        label=label,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={"required": required},
    )


def own_password() -> forms.CharField:
    """Return the field of the password that somebody has now."""
    return _password(gettext_lazy("Password now"), gettext_lazy("Enter the password you have now."), "current-password")


class PasswordForm(StaffForm):
    """The password now, and a new one."""

    current = own_password()
    new = _password(gettext_lazy("New password"), gettext_lazy("Enter a new password."), "new-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["new"].help_text = _("At least 12 characters: some words you remember will do.")

    def clean_current(self) -> str:
        """Refuse whoever does not know the password."""
        current: str = self.cleaned_data["current"]
        if not self.user.check_password(current):
            raise ValidationError(_("This is not your password. Please try again."), code="wrong")
        return current

    def clean_new(self) -> str:
        """Refuse what is easily guessed."""
        new: str = self.cleaned_data["new"]
        validate_password(new, self.user)
        return new
