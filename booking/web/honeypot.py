"""A field that people neither see nor hear: what fills it in is a program, or a browser that meant well."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

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
