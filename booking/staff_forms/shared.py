"""What all forms for staff share."""

import uuid
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from booking.customer_input import BadInput, read_name, read_note
from booking.forms import Problem

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class StaffForm(forms.Form):
    """A form that tells its problems in one list, checked by the server alone."""

    use_required_attribute = False

    def problems(self) -> list[Problem]:
        """Return a line for each error, in the order of the fields."""
        found = [
            Problem(text=self._line(name, str(error)), field_id=self._first_id(name))
            for name in self.fields
            for error in self.errors.get(name, [])
        ]
        return found + [Problem(text=str(error)) for error in self.non_field_errors()]

    def carried(self) -> Iterator[tuple[str, str]]:
        """Yield each field with what was typed, to go along to the next page as it is."""
        for name in self.fields:
            for value in self.data.getlist(name) if hasattr(self.data, "getlist") else [self.data.get(name, "")]:
                yield name, value

    def _line(self, name: str, error: str) -> str:
        return error

    def _first_id(self, name: str) -> str:
        bound = self[name]
        # A group of choices has no field of its own: lead to its first choice.
        return f"{bound.auto_id}_0" if isinstance(bound.field.widget, forms.RadioSelect) else bound.id_for_label


class KeyField(forms.CharField):
    """The key made with a form, so that sending it twice does it once; one that is not ours counts as a new one."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput, initial=lambda: str(uuid.uuid4()))

    def clean(self, value: Any) -> str:
        """Return the key."""
        try:
            return str(uuid.UUID(str(value)))
        except ValueError:
            return str(uuid.uuid4())


def read_name_if_any(text: str) -> str:
    """Return a name, "" for none. Raises BadInput."""
    return read_name(text) if text.strip() else ""


def read_address(text: str, *, schemes: Sequence[str], longest: int, sentence: "StrOrPromise") -> str:
    """Return the address of a page, "" for none; `sentence` says what to enter instead. Raises BadInput."""
    address = read_note(text)
    if not address:
        return ""
    try:
        URLValidator(schemes=schemes)(address)
    except ValidationError:
        raise BadInput("invalid", sentence) from None
    if len(address) > longest:
        raise BadInput("invalid", sentence)
    return address
