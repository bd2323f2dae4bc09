"""The forms of customers: who comes, how to reach them, and what the store asks."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from booking.customer_input import BadInput, QuestionAnswer, read_email, read_name, read_note, read_phone
from booking.web.forms import FormProblem, HoneypotField, TypedField
from stores.queries import Question

ANSWER_MAX = 200


def read_key(text: str) -> str:
    """Return the key made with the form; one that is missing or not ours counts as a new one."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return str(uuid.uuid4())


def read_answer(text: str) -> str:
    """Return the answer to a store's question. Raises BadInput."""
    answer = read_note(text)
    if len(answer) > ANSWER_MAX:
        raise BadInput("too_long", _("This is too long. Please shorten it."))
    return answer


def _question_field(question: Question) -> forms.Field:
    missing = {"required": _("Please answer this question.")}
    if question.choices:
        return forms.ChoiceField(
            label=question.text,
            required=question.is_required,
            choices=[(choice, choice) for choice in question.choices],
            widget=forms.RadioSelect,
            error_messages={**missing, "invalid_choice": _("Please choose one of the answers.")},
        )
    return TypedField(
        read_answer,
        label=question.text,
        required=question.is_required,
        error_messages=missing,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class DetailsForm(forms.Form):
    """Who comes: at most five fields of ours, each with the reason why it is asked, and the store's own questions."""

    name = TypedField(
        read_name,
        label=_("Visitor's name"),
        help_text=_("So that the store knows whom to expect."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    phone = TypedField(
        read_note,  # the store's country decides, see __init__
        required=False,
        label=_("Phone number"),
        help_text=_("For a text message with your booking, and reminders. For nothing else."),
        widget=forms.TelInput(attrs={"autocomplete": "tel"}),
    )
    email = TypedField(
        read_email,
        required=False,
        label=_("E-mail address"),
        help_text=_("For your booking with a calendar file, and reminders if we cannot text you."),
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

    use_required_attribute = False

    def __init__(self, *args: Any, country: str, questions: Sequence[Question] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for number, question in enumerate(questions):
            self.fields[f"question_{number}"] = _question_field(question)
        phone = cast(TypedField, self.fields["phone"])
        phone.read = lambda text: read_phone(text, country=country)

    def clean(self) -> dict[str, Any]:
        """Ask for a phone number or an e-mail address."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        has_contact = cleaned.get("phone") or cleaned.get("email") or {"phone", "email"} & self.errors.keys()
        if not has_contact:
            self.add_error("phone", ValidationError(_("Enter a phone number or an e-mail address."), code="required"))
        return cleaned

    def question_fields(self) -> list[forms.BoundField]:
        """Return the fields of the store's own questions."""
        return [self[f"question_{number}"] for number in range(len(self.questions))]

    def answers(self) -> list[QuestionAnswer]:
        """Return what was answered to the store's questions; an empty answer is none."""
        given = (
            (question.text, self.cleaned_data[f"question_{number}"]) for number, question in enumerate(self.questions)
        )
        return [QuestionAnswer(question, answer) for question, answer in given if answer]

    def typed(self) -> Iterator[tuple[str, str]]:
        """Yield each field with what was typed, to be shown again as it is."""
        for name in self.fields:
            value = self.data.get(name, "")
            if value and name != "idempotency_key":
                yield name, value

    def problems(self) -> list[FormProblem]:
        """Return a line for each error, in the order of the fields."""
        return [
            FormProblem(text=str(error), field_id=self[name].id_for_label or self[name].auto_id)
            for name in self.fields
            for error in self.errors.get(name, [])
        ]
