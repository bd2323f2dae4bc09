"""The form of the store's own questions to customers, in the order in which they are asked."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.customer_input import BadInput, read_note
from booking.staff.forms.fields import tick
from booking.staff.forms.shared import StaffForm
from booking.web.forms import TypedField
from stores.models import QuestionKind
from stores.queries import Question
from stores.services import CHOICE_LONGEST, CHOICES_LEAST, CHOICES_MAX, QUESTIONS_MAX
from stores.services.questions import TEXT_LONGEST

_FIELDS = ("text", "kind", "choices", "is_required")


class QuestionFields(NamedTuple):
    """One question on the form; `number` counts from 1."""

    number: int
    text: forms.BoundField
    kind: forms.BoundField
    choices: forms.BoundField
    is_required: forms.BoundField


def read_question(text: str) -> str:
    """Return a question on one line, "" for none. Raises BadInput."""
    question = read_note(text)
    if len(question) > TEXT_LONGEST:
        raise BadInput("too_long", gettext_lazy("This is too long. Please shorten it."))
    return question


class ChoicesField(forms.CharField):
    """Answers to choose from, one a line."""

    def clean(self, value: Any) -> list[str]:
        """Return each of them once. Raises ValidationError."""
        try:
            lines = [read_note(line[: CHOICE_LONGEST + 1]) for line in super().clean(value).splitlines()]
        except BadInput as bad:
            raise forms.ValidationError(str(bad.message), code=bad.code) from None
        choices = list(dict.fromkeys(filter(None, lines)))
        if any(len(choice) > CHOICE_LONGEST for choice in choices):
            raise forms.ValidationError(
                _("One of these is too long. Each may have {count} characters.").format(count=CHOICE_LONGEST)
            )
        if len(choices) > CHOICES_MAX:
            raise forms.ValidationError(
                _("These are too many to choose from. There can be at most {count}.").format(count=CHOICES_MAX)
            )
        return choices


class QuestionsForm(StaffForm):
    """Up to three questions; one without a text is not asked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(QUESTIONS_MAX):
            self.fields |= {f"{name}_{number}": field for name, field in _fields().items()}

    def groups(self) -> list[QuestionFields]:
        """Return the fields of each question."""
        return [
            QuestionFields(number + 1, *(self[f"{name}_{number}"] for name in _FIELDS))
            for number in range(QUESTIONS_MAX)
        ]

    def clean(self) -> dict[str, Any]:
        """Require the answers to a question with a choice, and the question where there are answers."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for number in range(QUESTIONS_MAX):
            text, choices = cleaned.get(f"text_{number}"), cleaned.get(f"choices_{number}")
            is_choice = cleaned.get(f"kind_{number}") == QuestionKind.CHOICE
            if not is_choice:
                self.errors.pop(f"choices_{number}", None)  # hidden fields: their values are not saved
                cleaned[f"choices_{number}"] = []
            if text and is_choice and choices is not None and len(choices) < CHOICES_LEAST:
                self.add_error(f"choices_{number}", _("Write at least two answers to choose from, one on each line."))
            if text == "" and is_choice and choices:
                self.add_error(f"text_{number}", _("Write the question that has these answers."))
        return cleaned

    def questions(self) -> list[Question]:
        """Return the questions to ask, of a valid form."""
        found = [{name: self.cleaned_data[f"{name}_{number}"] for name in _FIELDS} for number in range(QUESTIONS_MAX)]
        return [
            Question(
                one["text"], tuple(one["choices"]) if one["kind"] == QuestionKind.CHOICE else (), one["is_required"]
            )
            for one in found
            if one["text"]
        ]

    def problem_text(self, name: str, error: str) -> str:
        """Return an error with the number of its question."""
        number = int(name.rpartition("_")[2]) + 1
        return _("Question {number}: {problem}").format(number=number, problem=error)


def question_values(questions: Sequence[Question]) -> dict[str, Any]:
    """Return the form's initial values, from the questions that are asked now."""
    return {
        f"{name}_{number}": value
        for number, question in enumerate(questions)
        for name, value in (
            ("text", question.text),
            ("kind", QuestionKind.CHOICE if question.choices else QuestionKind.TEXT),
            ("choices", "\n".join(question.choices)),
            ("is_required", question.is_required),
        )
    }


def swapped(typed: Mapping[str, str], number: int) -> dict[str, str]:
    """Return what was typed, with question `number` (from 1) and the one above it swapped."""
    lower, upper = number - 1, number - 2
    others = {f"{name}_{lower}": f"{name}_{upper}" for name in _FIELDS}
    places = others | {to: came for came, to in others.items()}
    return {places.get(name, name): value for name, value in typed.items()}


def _fields() -> dict[str, forms.Field]:
    return {
        "text": TypedField(
            read_question,
            required=False,
            label=gettext_lazy("Question"),
            widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": TEXT_LONGEST}),
        ),
        "kind": forms.ChoiceField(
            label=gettext_lazy("The answer is"),
            choices=(
                (QuestionKind.TEXT, gettext_lazy("a few words")),
                (QuestionKind.CHOICE, gettext_lazy("one of a list")),
            ),
            widget=forms.RadioSelect,
            initial=QuestionKind.TEXT,
            error_messages=dict.fromkeys(
                ("required", "invalid_choice"), gettext_lazy("Say what kind of answer it has.")
            ),
        ),
        "choices": ChoicesField(
            required=False,
            max_length=CHOICES_MAX * 200,
            label=gettext_lazy("Answers to choose from"),
            help_text=gettext_lazy("One on each line."),
            widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
            error_messages={"max_length": gettext_lazy("This is too long. Please shorten it.")},
        ),
        "is_required": tick(gettext_lazy("Nobody can book without answering")),
    }
