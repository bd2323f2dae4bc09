"""The base of forms for staff."""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http import QueryDict
from django.utils.translation import gettext as _

from booking.customer_input import BadInput, read_name, read_note
from booking.tokens import read_reference
from booking.web.forms import FormWithProblems

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class ChangedMeanwhile(NamedTuple):
    """A field that another user changed while the form was open: its stored value, and whether it was typed into."""

    name: str
    value: str
    was_typed_into: bool


class StaffForm(FormWithProblems):
    """A form for staff.

    It sends along, as `was`, the values that it showed at first: so two users who change the same part do not undo each
    other's changes (`take_in_changes`).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._told_meanwhile: set[str] = set()

    def stored(self) -> dict[str, str]:
        """Return the value that each field would be sent with if the user typed nothing: the stored one."""
        return {
            name: self._as_sent(name, self.get_initial_for_field(self.fields[name], name)) for name in self._shown()
        }

    @property
    def was(self) -> str:
        """The values that the form showed at first, to be sent along with it."""
        return str(self.data.get("was", "")) or json.dumps(self.stored(), ensure_ascii=False)

    def take_in_changes(self) -> list[ChangedMeanwhile]:
        """Return what others changed since the form was shown, and take it over where this user typed nothing.

        Call it before validating. A form without `was` overwrites what is stored.
        """
        was, now = read_was(str(self.data.get("was", ""))), self.stored()
        typed = {name: self._as_sent(name, self._sent(name)) for name in self._shown()}
        changed = [
            ChangedMeanwhile(name, now[name], was_typed_into=typed[name] != was[name])
            for name in self._shown()
            if name in was and was[name] != now[name] != typed[name]
        ]
        if changed:
            for one in changed:
                if not one.was_typed_into:
                    self._put(one.name)
            self.has_told(now)
        return changed

    def has_told(self, now: Mapping[str, str]) -> None:
        """Let the form send the stored values as `was` the next time."""
        self._sent_data()["was"] = json.dumps(now, ensure_ascii=False)

    def tell_meanwhile(self, name: str, sentence: str) -> None:
        """Add an error that says that another user changed a field."""
        self._told_meanwhile.add(name)
        self.add_error(name, sentence)

    def value_in_words(self, name: str, value: str) -> str:
        """Return the sent value of a field in readable words."""
        field = self.fields[name]
        if isinstance(field, forms.BooleanField):
            return _("yes") if value else _("no")
        choices = {str(key): str(words) for key, words in getattr(field, "choices", ())}
        return ", ".join(choices.get(one, one) for one in value.split("\n")) if choices else value

    def _shown(self) -> list[str]:
        return [name for name, field in self.fields.items() if not field.widget.is_hidden]

    def _sent(self, name: str) -> Any:
        return self.fields[name].widget.value_from_datadict(self.data, self.files, self.add_prefix(name))

    def _as_sent(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.BooleanField):
            return "on" if value else ""
        if isinstance(value, list | tuple):
            return "\n".join(sorted(map(str, value)))
        written = field.widget.format_value(field.prepare_value(value)) if value not in (None, "") else ""
        first = written[0] if isinstance(written, list) and written else written
        return str(first or "").replace("\r\n", "\n").strip()

    def _put(self, name: str) -> None:
        """Replace what was sent with the stored value."""
        value = self.get_initial_for_field(self.fields[name], name)
        if isinstance(value, list | tuple):
            self._sent_data().setlist(name, [str(one) for one in value])
        else:
            self._sent_data()[name] = self._as_sent(name, value)

    def _sent_data(self) -> QueryDict:
        """Return a mutable copy of what was sent."""
        self.data = cast("QueryDict", self.data).copy()
        return self.data

    def carried(self) -> Iterator[tuple[str, str]]:
        """Yield each field with what was typed, to be sent along to the next page unchanged."""
        if "was" in self.data:
            yield "was", self.data["was"]
        for name in self.fields:
            for value in self.data.getlist(name) if hasattr(self.data, "getlist") else [self.data.get(name, "")]:
                yield name, value

    def problem_text(self, name: str, error: str) -> str:
        """Return an error for the list of problems: with the field's name, where the sentence alone fits any field."""
        field = self.fields[name]
        if name not in self._told_meanwhile and not isinstance(field, NumberField):
            return error
        return _("{name}: {problem}").format(name=field.label, problem=error)

    def first_id(self, name: str) -> str:
        """Return the id that the link of a field's error points to."""
        bound = self[name]
        # A group of choices has no id of its own: link to its first choice.
        return f"{bound.auto_id}_0" if isinstance(bound.field.widget, forms.RadioSelect) else bound.id_for_label


class NumberField(forms.IntegerField):
    """A whole number; in the list of problems its errors name the field."""


def read_was(text: str) -> Mapping[str, str]:
    """Return the values that a form says it showed at first; an empty mapping where they cannot be read."""
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in read.items()} if isinstance(read, dict) else {}


class KeyField(forms.CharField):
    """The key that was made with a form, so that sending it twice acts once; a new one where it is not ours."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput, initial=lambda: str(uuid.uuid4()))

    def clean(self, value: Any) -> str:
        """Return the key."""
        try:
            return str(uuid.UUID(str(value)))
        except ValueError:
            return str(uuid.uuid4())


class ReferenceField(forms.CharField):
    """The reference that a link to a form named, "" where it is not one of ours."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def clean(self, value: Any) -> str:
        """Return the reference as it is stored."""
        return read_reference(str(value or "")) or ""


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
