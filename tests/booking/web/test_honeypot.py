"""The field that nobody sees."""

from django import forms

from booking.customer.forms import DetailsForm
from booking.web.forms import HONEYPOT, HoneypotField


class OneForm(forms.Form):
    homepage = HoneypotField()


def test_left_alone_it_is_nothing() -> None:
    form = OneForm({})

    assert form.is_valid()
    assert form.cleaned_data == {HONEYPOT: ""}


def test_filled_in_it_is_refused_in_words_for_a_person() -> None:
    form = OneForm({HONEYPOT: "https://example.org"})

    assert not form.is_valid()
    assert "If it was not you, simply continue." in str(form.errors[HONEYPOT])


def test_nothing_leads_to_what_nobody_sees() -> None:
    assert OneForm({HONEYPOT: "x"})[HONEYPOT].id_for_label == ""


def test_the_details_have_it_under_its_name() -> None:
    assert isinstance(DetailsForm.base_fields[HONEYPOT], HoneypotField)
