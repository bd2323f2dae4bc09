"""Form fields of pages. They check shape alone; services decide what may be booked."""

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
    """One line of the error summary; `field_id` is what its link leads to, if anything."""

    text: str
    field_id: str = ""


class FormWithProblems(forms.Form):
    """A form that tells its problems in one list, checked by the server alone."""

    use_required_attribute = False

    def problems(self) -> list[FormProblem]:
        """Return a line for each error, in the order of the fields; last what is wrong with the whole."""
        found = [
            FormProblem(text=self.problem_text(name, str(error)), field_id=self.first_id(name))
            for name in self.fields
            for error in self.errors.get(name, [])
        ]
        return found + [FormProblem(text=str(error)) for error in self.non_field_errors()]

    def problem_text(self, _name: str, error: str) -> str:
        """Return an error of a field as the list says it."""
        return error

    def first_id(self, name: str) -> str:
        """Return where the line of a field's error leads to."""
        return self[name].id_for_label


class TypedField(forms.Field):
    """A text field that a function of `booking.customer_input` reads."""

    def __init__(self, read: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.read = read

    def clean(self, value: Any) -> str:
        """Return what is kept of the typed text. Raises ValidationError."""
        try:
            kept = self.read(value or "")
        except BadInput as bad:
            raise ValidationError(numbers_unbroken(str(bad.message)), code=bad.code) from None
        if self.required and not kept:
            raise ValidationError(self.error_messages["required"], code="required")
        return kept


# A name that programs which fill in all they find take for one more line to advertise in, and that no browser keeps
# somebody's own value for.
HONEYPOT = "homepage"


class _Unseen(forms.TextInput):
    """Drawn by includes/honeypot.html, always empty: nobody must clear what they cannot see."""

    def id_for_label(self, id_: str | None, index: str | None = None) -> str:
        return ""  # a summary of errors leads nobody there


class HoneypotField(forms.Field):
    """Refuses whatever is in it, in words for the person it may have been after all."""

    widget = _Unseen

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> str:
        """Return nothing, for nothing. Raises ValidationError."""
        if value:
            raise ValidationError(
                _(
                    "Something was filled in that people do not see. If it was not you, simply continue."
                    " If this comes again, phone the store."
                ),
                code="filled",
            )
        return ""
