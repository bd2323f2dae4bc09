"""Form fields of pages. They check only the shape of values; services decide what may be booked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from booking.customer_input import BadInput
from booking.formatting import numbers_unbroken


@dataclass(frozen=True, slots=True)
class FormProblem:
    """One line of the error summary; `field_id` is the target of its link, if any."""

    text: str
    field_id: str = ""


class FormWithProblems(forms.Form):
    """A form that shows its problems in one list, and is checked only by the server."""

    use_required_attribute = False

    def problems(self) -> list[FormProblem]:
        """Return a line for each error, in the order of the fields; errors of the whole form come last."""
        found = [
            FormProblem(text=self.problem_text(name, str(error)), field_id=self.first_id(name))
            for name in self.fields
            for error in self.errors.get(name, [])
        ]
        return found + [FormProblem(text=str(error)) for error in self.non_field_errors()]

    def problem_text(self, _name: str, error: str) -> str:
        """Return the text of a field's error for the list."""
        return error

    def first_id(self, name: str) -> str:
        """Return the id to which the line of a field's error links."""
        return self[name].id_for_label


class TypedField(forms.Field):
    """A text field that a function of `booking.customer_input` reads."""

    def __init__(self, read: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.read = read

    def clean(self, value: Any) -> str:
        """Return the value of the typed text. Raises ValidationError."""
        try:
            kept = self.read(value or "")
        except BadInput as bad:
            raise ValidationError(numbers_unbroken(str(bad.message)), code=bad.code) from None
        if self.required and not kept:
            raise ValidationError(self.error_messages["required"], code="required")
        return kept


# A name that spam programs, which fill in every field, take for one more line to advertise in, and for which no browser
# stores a value of the user.
HONEYPOT = "homepage"


class _Unseen(forms.TextInput):
    """A widget drawn by includes/honeypot.html, always empty: nobody can clear what they cannot see."""

    def id_for_label(self, id_: str | None, index: str | None = None) -> str:
        return ""  # the error summary does not link to it


class HoneypotField(forms.Field):
    """A field that must stay empty; its error is worded for a person, in case one filled it in."""

    widget = _Unseen

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> str:
        """Return "" for an empty field. Raises ValidationError for any text."""
        if value:
            raise ValidationError(
                _(
                    "Something was filled in that people do not see. If it was not you, simply continue."
                    " If this comes again, phone the store."
                ),
                code="filled",
            )
        return ""
