"""Form fields that are drawn without a template look as Django's own templates draw them."""

from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from booking.customer.forms import DetailsForm
from booking.web.form_fields import FoldedFormTemplates

WIDGETS: tuple[type[forms.Widget], ...] = (
    *(forms.TextInput, forms.NumberInput, forms.EmailInput, forms.TelInput, forms.URLInput, forms.SearchInput),
    *(forms.HiddenInput, forms.PasswordInput, forms.CheckboxInput, forms.Textarea),
)
TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "<b>&'\"", "a\n  b", "{{ x }}", mark_safe("<b>"), gettext_lazy("Language"), 0, 1.5, 1234567]),
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["id", "rows", "autocomplete", "required", "aria-describedby", "data-<x>"]),
    st.one_of(TEXTS, st.booleans(), st.none()),
)


@given(widget=st.sampled_from(WIDGETS), value=st.one_of(TEXTS, st.none(), st.booleans()), attrs=ATTRIBUTES)
def test_fields_look_as_django_draws_them(widget: type[forms.Widget], value: Any, attrs: dict[str, Any]) -> None:
    field = widget(attrs=attrs)
    for language in ("en", "fr"):
        with translation.override(language):
            drawn, plain = (
                field.render("a&b", value, renderer=one) for one in (FoldedFormTemplates(), DjangoTemplates())
            )
            assert drawn == plain
            assert type(drawn) is type(plain)


@pytest.mark.parametrize(
    "data", [None, {"name": "<Ada>", "phone": "1", "email": "x", "note": "a\r\nb", "homepage": "y"}]
)
def test_the_form_of_details_looks_as_django_draws_it(data: dict[str, str] | None) -> None:
    drawn, plain = (DetailsForm(data, country="FR", renderer=one) for one in (FoldedFormTemplates(), DjangoTemplates()))

    assert [str(field) for field in drawn] == [str(field) for field in plain]
