"""The forms of customers: name, contact, and the store's questions."""

import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from booking.arrivals.self_check_in import is_sign
from booking.bookings.customer_visits import Contact
from booking.bookings.message_plan import MessageChoice
from booking.customer.contact_hints import email_hint, phone_hint
from booking.customer.question_fields import NamedQuestions, answers_of, question_field
from booking.customer_input import (
    BadInput,
    QuestionAnswer,
    can_be_texted,
    read_email,
    read_name,
    read_note,
    read_phone,
)
from booking.formatting import numbers_unbroken
from booking.web.date_range_fields import add_days, check_days
from booking.web.forms import FormWithProblems, HoneypotField, TypedField


def read_key(text: str) -> str:
    """Return the key that was made with the form; a new one where it is missing or not ours."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return str(uuid.uuid4())


class DetailsForm(FormWithProblems):
    """The details of a customer: at most five fields of ours, and the store's own questions."""

    name = TypedField(
        read_name,
        label=_("Visitor's name"),
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    phone = TypedField(
        read_note,  # the store's country decides, see `__init__`
        required=False,
        label=_("Phone number"),
        widget=forms.TelInput(attrs={"autocomplete": "tel"}),
    )
    email = TypedField(
        read_email,
        required=False,
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false", "autocapitalize": "none"}),
    )
    note = TypedField(
        read_note,
        required=False,
        label=_("A note for the store"),
        help_text=_("What helps them get ready. Nothing private, please: all staff can read it."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    is_for_someone_else = forms.BooleanField(
        required=False,
        label=_("I am booking for someone else"),
        help_text=_("The name is theirs, the phone or e-mail is mine."),
    )
    idempotency_key = TypedField(read_key, required=False, widget=forms.HiddenInput)
    homepage = HoneypotField()

    def __init__(
        self,
        *args: Any,
        country: str,
        questions: NamedQuestions | None = None,
        messages: MessageChoice | None = None,
        **kwargs: Any,
    ) -> None:
        """`messages`: what the store chose to send, for the hints of phone and e-mail."""
        super().__init__(*args, **kwargs)
        self.questions = NamedQuestions() if questions is None else questions
        if messages is not None:
            self.fields["phone"].help_text, self.fields["email"].help_text = phone_hint(messages), email_hint(messages)
        for name, question in self.questions.items():
            self.fields[name] = question_field(question, is_required=question.is_required)
        phone = cast(TypedField, self.fields["phone"])
        phone.read = lambda text: read_phone(text, country=country)

    def clean(self) -> dict[str, Any]:
        """Ask for a phone number or an e-mail address."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        has_contact = cleaned.get("phone") or cleaned.get("email") or {"phone", "email"} & self.errors.keys()
        if not has_contact:
            self.add_error("phone", ValidationError(_("Enter a phone number or an e-mail address."), code="required"))
        self.questions.refuse_unasked(self.data)
        return cleaned

    def question_fields(self) -> list[forms.BoundField]:
        """Return the fields of the store's own questions."""
        return [self[name] for name in self.questions]

    def answers(self) -> list[QuestionAnswer]:
        """Return the answers to the store's questions; empty answers are left out."""
        return answers_of(self.questions, self.cleaned_data)

    def answers_as_asked(self) -> list[QuestionAnswer]:
        """Return the same answers, each with the question as its reader was asked it."""
        given = ((str(one.label), self.cleaned_data.get(one.name)) for one in self.question_fields())
        return [QuestionAnswer(question, answer) for question, answer in given if answer]

    def typed(self) -> Iterator[tuple[str, str]]:
        """Yield each field with what was typed, to show it again unchanged; answers to no question any more too."""
        for name in self.fields:
            value = self.data.get(name, "")
            if value and name != "idempotency_key":
                yield name, value
        yield from self.questions.unasked(self.data).items()

    def first_id(self, name: str) -> str:
        """Return the id that the link of a field's error points to: the group's where the field has none of its own."""
        return self[name].id_for_label or self[name].auto_id


class WaitingForm(DetailsForm):
    """Two days, a name, and a phone number or an e-mail address that we can write to."""

    note = None  # type: ignore[assignment]  # this and the next: not required of waiting customers
    is_for_someone_else = None  # type: ignore[assignment]

    def __init__(self, *args: Any, first: date, last: date, country: str, **kwargs: Any) -> None:
        super().__init__(*args, country=country, **kwargs)
        add_days(self, first=first, last=last)
        self.fields["phone"].help_text = _("A mobile number: we send a text message when a place comes free.")
        self.fields["email"].help_text = _("We write here when a place comes free.")

    def clean(self) -> dict[str, Any]:
        """Require a contact for the offer: a number that takes no text messages does not count."""
        cleaned = super().clean()
        check_days(self, cleaned)
        phone = cleaned.get("phone")
        if phone and not can_be_texted(phone) and not cleaned.get("email") and "email" not in self.errors:
            sentence = _("We cannot text this number. Enter a mobile number, or an e-mail address.")
            self.add_error("phone", ValidationError(sentence, code="not_textable"))
        return cleaned


class CorrectionForm(FormWithProblems):
    """The details of a booked visit, to be corrected; phone and e-mail only as long as messages still go."""

    name = TypedField(
        read_name,
        label=_("Visitor's name"),
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    phone = TypedField(
        read_note,  # the store's country decides, see `__init__`
        required=False,
        label=_("Phone number"),
        widget=forms.TelInput(attrs={"autocomplete": "tel"}),
    )
    email = TypedField(
        read_email,
        required=False,
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false", "autocapitalize": "none"}),
    )
    note = TypedField(
        read_note,
        required=False,
        label=_("A note for the store"),
        help_text=_("What helps them get ready. Nothing private, please: all staff can read it."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, country: str, has_contact: bool, needs_contact: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.needs_contact = has_contact and needs_contact
        if not has_contact:
            del self.fields["phone"], self.fields["email"]
            return
        phone = cast(TypedField, self.fields["phone"])
        phone.read = lambda text: read_phone(text, country=country)

    def clean(self) -> dict[str, Any]:
        """Keep one contact where the visit had one."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        is_given = cleaned.get("phone") or cleaned.get("email") or {"phone", "email"} & self.errors.keys()
        if self.needs_contact and not is_given:
            self.add_error("phone", ValidationError(_("Enter a phone number or an e-mail address."), code="required"))
        return cleaned

    def typed(self) -> dict[str, str]:
        """Return what was typed, to show it again unchanged."""
        return {name: self.data.get(name, "") for name in self.fields}


class FeedbackForm(FormWithProblems):
    """What a customer writes to the store after a visit."""

    words = TypedField(
        read_note,
        required=False,
        label=_("Would you like to say more?"),
        help_text=_("Only the managers of this store read it. It is erased with your visit."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )

    def typed(self) -> dict[str, str]:
        """Return what was typed, to show it again unchanged."""
        return {name: self.data.get(name, "") for name in self.fields}


class LostLinkForm(FormWithProblems):
    """One field for either contact: phone number or e-mail address."""

    contact = TypedField(
        str.strip,
        label=_("Phone number or e-mail address"),
        help_text=_("The one you gave when you booked. From abroad, begin with + and the country's number."),
        error_messages={"required": _("Enter a phone number or an e-mail address.")},
        widget=forms.TextInput(attrs={"autocomplete": "on", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country

    def clean_contact(self) -> Contact:
        """Return what was typed as a phone number or an e-mail address. Raises ValidationError."""
        typed = cast(str, self.cleaned_data["contact"])
        try:
            contact = read_contact(typed, country=self.country)
        except BadInput as bad:
            raise ValidationError(numbers_unbroken(str(bad.message)), code=bad.code) from None
        if contact == Contact():
            raise ValidationError(self.fields["contact"].error_messages["required"], code="required")
        return contact


def read_contact(typed: str, *, country: str) -> Contact:
    """Return an e-mail address or a phone number, read by its own country, or by the first one where it is valid.

    Raises BadInput.
    """
    if "@" in typed:
        return Contact(email=read_email(typed))
    bad: BadInput | None = None
    for one in filter(None, (country, *settings.SMS_COUNTRIES)):
        try:
            return Contact(phone=read_phone(typed, country=one))
        except BadInput as refused:
            bad = bad or refused
    raise bad or BadInput("invalid", _("Enter a phone number or an e-mail address."))


class HereForm(FormWithProblems):
    """What identifies a visit, in one field: a reference, or at the store's own door the end of a phone number."""

    who = TypedField(
        str.strip,
        label=_("Reference of your visit, or the last 6 digits of your phone number"),
        help_text=_("The reference is in your confirmation: 8 letters and digits."),
        error_messages={"required": _("Enter your reference, or 6 digits.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, is_at_door: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_at_door = is_at_door
        if not is_at_door:
            field = self.fields["who"]
            field.label = _("Reference of your visit")
            field.error_messages["required"] = _("Enter the reference of your visit.")

    def clean_who(self) -> str:
        """Return a reference or digits. Raises ValidationError for anything else."""
        typed: str = self.cleaned_data["who"]
        if is_sign(typed, by_phone=self.is_at_door):
            return typed
        if self.is_at_door:
            raise ValidationError(
                _("This is neither a reference of 8 letters and digits nor the end of a phone number.")
            )
        raise ValidationError(
            _("Here only the reference works: 8 letters and digits. The phone number works with the code on the door.")
        )
