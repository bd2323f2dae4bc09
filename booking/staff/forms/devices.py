"""Forms for pairing a tablet, taking it over by PIN, and setting one's own PIN."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.accounts.pins import DIGITS_LEAST, DIGITS_MOST
from booking.models.devices import DEVICE_NAME_LONGEST
from booking.staff.forms.account import OwnPasswordForm
from booking.staff.forms.shared import StaffForm
from booking.tokens import read_reference

_CODE_MAX = 40
_RUNS = "0123456789" * 2


class PairForm(StaffForm):
    """The code that a manager reads out."""

    code = forms.CharField(
        max_length=_CODE_MAX,
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("8 letters and digits. A manager finds it under Set-up, Tablets."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Enter the code.")},
    )

    def clean_code(self) -> str:
        """Return the code without any separators that were typed."""
        code = read_reference(self.cleaned_data["code"])
        if code is None:
            raise ValidationError(_("A code has 8 letters and digits."))
        return code


class DeviceForm(StaffForm):
    """The name of a tablet."""

    name = forms.CharField(
        max_length=DEVICE_NAME_LONGEST,
        label=gettext_lazy("Name of the tablet"),
        help_text=gettext_lazy("For example: entrance, left counter."),
        error_messages={"required": gettext_lazy("Give the tablet a name.")},
    )


class UnlockForm(StaffForm):
    """The member who takes the tablet over, and their PIN."""

    username = forms.ChoiceField(
        label=gettext_lazy("Who are you?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose who you are."),
            "invalid_choice": gettext_lazy("Choose who you are."),
        },
    )
    pin = forms.CharField(
        max_length=DIGITS_MOST,
        label=gettext_lazy("PIN"),
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter your PIN.")},
    )

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].choices = people  # type: ignore[attr-defined]  # it is a ChoiceField


class PinForm(OwnPasswordForm):
    """A new PIN of the user, confirmed by their password."""

    pin = forms.CharField(
        label=gettext_lazy("PIN"),
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter a PIN.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = self.fields["current"]
        current.label, current.error_messages["required"] = _("Your password"), _("Enter your password.")
        self.fields["pin"].help_text = _("{least} to {most} digits, not all the same nor in a row.").format(
            least=DIGITS_LEAST, most=DIGITS_MOST
        )

    def clean_pin(self) -> str:
        """Refuse input that is not a PIN, or one of the PINs that people guess first."""
        pin: str = self.cleaned_data["pin"]
        if not (pin.isascii() and pin.isdecimal() and DIGITS_LEAST <= len(pin) <= DIGITS_MOST):
            message = _("Enter {least} to {most} digits.").format(least=DIGITS_LEAST, most=DIGITS_MOST)
            raise ValidationError(message)
        if len(set(pin)) == 1 or pin in _RUNS or pin in _RUNS[::-1]:
            raise ValidationError(_("This PIN is too easily guessed. Choose another."))
        return pin
