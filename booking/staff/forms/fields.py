"""Fields and sentences that forms of the set-up share."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from booking.customer_input import read_note
from booking.formatting import visit_type_name
from booking.staff.forms.shared import NumberField
from booking.store_setup.queries import LargestParty
from booking.web.forms import TypedField
from stores.words import can_be_seen

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NAME_MAX = 80
TEXT_MAX = 300


def number(
    label: "StrOrPromise", least: int, most: int, *, help_text: "StrOrPromise" = "", required: bool = True
) -> NumberField:
    """Return a field for a whole number."""
    problem = format_lazy(_("Enter a whole number from {least} to {most}."), least=least, most=most)
    return NumberField(
        label=label,
        help_text=help_text,
        required=required,
        min_value=least,
        max_value=most,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), problem),
    )


def web_address_input() -> forms.TextInput:
    """Return a widget for a web address. An input of type url may not hold what is none, as after a mistake it does."""
    return forms.TextInput(
        attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
    )


def tick(label: "StrOrPromise", *, help_text: "StrOrPromise" = "") -> forms.BooleanField:
    """Return a field for a yes or no."""
    widget = forms.CheckboxInput(attrs={"value": "on"})
    return forms.BooleanField(label=label, help_text=help_text, required=False, widget=widget)


def ticks(label: "StrOrPromise", choices: Iterable[tuple[int, str]], *, help_text: "StrOrPromise" = "") -> Any:
    """Return a field for any number of things, each with its id."""
    return forms.TypedMultipleChoiceField(
        required=False,
        coerce=int,
        label=label,
        help_text=help_text,
        choices=list(choices),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose one of these.")},
    )


def short_text(label: "StrOrPromise", longest: int, *, help_text: "StrOrPromise" = "", **kwargs: Any) -> TypedField:
    """Return a field for a few words on one line."""

    def read(text: str) -> str:
        words = read_note(text)
        if kwargs.get("required", True) and not can_be_seen(words):
            raise ValidationError(_("Enter a name."), code="required")
        if len(words) > longest:
            raise ValidationError(_("This is too long. Please shorten it."), code="too_long")
        return words

    return TypedField(read, label=label, help_text=help_text, widget=kwargs.pop("widget", forms.TextInput), **kwargs)


def is_taken(name: str, others: Collection[str]) -> bool:
    """Tell whether another one has this name, ignoring upper and lower case."""
    return bool(name) and name.casefold() in {other.casefold() for other in others}


def party_in_words(sentence: "StrOrPromise", party: LargestParty) -> str:
    """Return a sentence about the largest party: its size and its visit type."""
    return str(sentence).format(count=party.size, visit_type=visit_type_name(party.visit_type.name))
