"""The renderer of form fields: Django's own templates, folded; the simplest fields are drawn without a template.

A page of a form spends most of its time in the templates of its inputs, which differ by their attributes alone.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates as FormTemplates
from django.http import HttpRequest
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeData, SafeString, mark_safe

from booking.web.folded_templates import FoldedTemplates


class FoldedFormTemplates(FormTemplates):
    """The renderer of form fields: each looks as Django's own template draws it."""

    backend = FoldedTemplates

    def render(self, template_name: str, context: Any, request: HttpRequest | None = None) -> SafeString:
        """Return the HTML of a part of a form."""
        draw = _DRAWN.get(template_name)
        if draw is not None:
            return draw(context["widget"])
        return mark_safe(super().render(template_name, context, request))  # noqa: S308 -- a template's own text


def _draw_input(widget: Mapping[str, Any]) -> SafeString:
    value = widget["value"]
    kept = "" if value is None else f' value="{_formatted(value)}"'
    kind, name = conditional_escape(widget["type"]), conditional_escape(widget["name"])
    return mark_safe(f'<input type="{kind}" name="{name}"{kept}{_attributes(widget)}>')  # noqa: S308 -- escaped here


def _draw_textarea(widget: Mapping[str, Any]) -> SafeString:
    value, name = widget["value"], conditional_escape(widget["name"])
    kept = conditional_escape(value) if value else ""
    return mark_safe(f'<textarea name="{name}"{_attributes(widget)}>\n{kept}</textarea>')  # noqa: S308 -- escaped here


def _attributes(widget: Mapping[str, Any]) -> str:
    return "".join(
        f" {conditional_escape(name)}" + ("" if value is True else f'="{_formatted(value)}"')
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _formatted(value: Any) -> str:
    """Return a value as `stringformat:"s"` shows it in a template."""
    text = f"{value!s}"
    return text if isinstance(value, SafeData) else escape(text)


_INPUTS: tuple[type[forms.Widget], ...] = (
    *(forms.TextInput, forms.NumberInput, forms.EmailInput, forms.TelInput, forms.URLInput, forms.SearchInput),
    *(forms.HiddenInput, forms.PasswordInput, forms.CheckboxInput),
)
_DRAWN: dict[str | None, Callable[[Mapping[str, Any]], SafeString]] = {
    **{widget.template_name: _draw_input for widget in _INPUTS},
    forms.Textarea.template_name: _draw_textarea,
}
