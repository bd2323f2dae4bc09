"""Forms for signing in and for the user's own account: passwords and codes."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking import limits
from booking.staff.forms.shared import StaffForm
from booking.web.forms import FormWithProblems

PASSWORD_MAX = 1024


def _password(label: Any, required: Any, autocomplete: str) -> forms.CharField:
    return forms.CharField(
        max_length=PASSWORD_MAX,
        strip=False,
        label=label,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={"required": required},
    )


class OwnPasswordForm(StaffForm):
    """The current password again, because somebody else could use a browser that was left open."""

    current = _password(
        gettext_lazy("Password now"), gettext_lazy("Enter the password you have now."), "current-password"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def try_password(self) -> bool:
        """Validate the whole form, and count the try at the password; tell whether the form is valid.

        Raises RateLimited, CountersAway.
        """
        limits.hit(limits.OWN_PASSWORD, limits.person(self.user.pk))
        is_right = self.is_valid()
        if not self.has_error("current", "wrong"):
            limits.right_secret(limits.OWN_PASSWORD, limits.person(self.user.pk))
        return is_right

    def clean_current(self) -> str:
        """Refuse a wrong password."""
        current: str = self.cleaned_data["current"]
        if not self.user.check_password(current):
            raise ValidationError(_("This is not your password. Please try again."), code="wrong")
        return current


class PasswordForm(OwnPasswordForm):
    """The current password and a new one."""

    new = _password(gettext_lazy("New password"), gettext_lazy("Enter a new password."), "new-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new"].help_text = _("At least 12 characters: some words you remember will do.")

    def clean_new(self) -> str:
        """Refuse a password that is easily guessed."""
        new: str = self.cleaned_data["new"]
        validate_password(new, self.user)
        return new


class NewPasswordForm(StaffForm):
    """A new password of a user who has proved who they are in another way than by the one before."""

    new = _password(gettext_lazy("New password"), gettext_lazy("Enter a new password."), "new-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["new"].help_text = _("At least 12 characters: some words you remember will do.")

    def clean_new(self) -> str:
        """Refuse a password that is easily guessed, and the one before."""
        new: str = self.cleaned_data["new"]
        validate_password(new, self.user)
        if self.user.check_password(new):
            raise ValidationError(_("This is the password you have. Please choose another one."))
        return new


class ForgottenForm(StaffForm):
    """A user name, or an e-mail address."""

    who = forms.CharField(
        max_length=254,
        label=gettext_lazy("User name or e-mail address"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Enter your user name or your e-mail address.")},
    )


class SignInForm(FormWithProblems):
    """A user name and a password; the error never tells which of them is wrong."""

    username = forms.CharField(
        max_length=150,
        label=gettext_lazy("User name"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Enter your user name.")},
    )
    password = _password(gettext_lazy("Password"), gettext_lazy("Enter your password."), "current-password")

    @property
    def is_filled(self) -> bool:
        """Tell whether both were typed, right or wrong."""
        return bool(self.data.get("username", "").strip() and self.data.get("password"))


class CodeForm(StaffForm):
    """A code from the app, or a recovery code."""

    code = forms.CharField(
        max_length=40,
        label=gettext_lazy("Code"),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
        error_messages={"required": gettext_lazy("Enter the code.")},
    )
