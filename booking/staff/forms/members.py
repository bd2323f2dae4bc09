"""The form of a store's member."""

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.staff.forms.shared import StaffForm
from stores.models import Role


def role_field() -> forms.ChoiceField:
    """Return the field of what somebody may do at the store."""
    return forms.ChoiceField(
        label=_("May do"),
        choices=(
            (Role.STAFF, _("Staff: see the day, book, check in")),
            (Role.MANAGER, _("Manager: everything, hours and members included")),
        ),
        widget=forms.RadioSelect,
        initial=Role.STAFF,
        error_messages={"required": _("Choose a role."), "invalid_choice": _("Choose a role.")},
    )


class MemberForm(StaffForm):
    """A member of the store."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Enter a user name."), "max_length": _("This is too long. Please shorten it.")},
    )
    role = role_field()
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=1024,
        help_text=_(
            "For somebody new alone, at least 12 characters; they choose another one when they first sign in. "
            "Whoever has this user name already is asked to join, on the page they see when they sign in."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
