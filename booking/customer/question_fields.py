"""The fields of a store's own questions, on the forms of customers and of staff."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from booking.customer_input import QuestionAnswer, read_answer
from booking.web.forms import TypedField
from stores.queries import Question, questions_about
from stores.slots import VisitTypeRule


def named_questions(questions: Sequence[Question], kind: VisitTypeRule | None = None) -> dict[str, Question]:
    """Return the questions of all visits, and of a kind, by the name of their field.

    The name says the kind, so that what was typed for one kind never stands under the question of another.
    """
    asked = questions_about(questions, kind.id if kind else 0)
    of_all = [one for one in asked if one.visit_type_id is None]
    named = {f"question_{number}": one for number, one in enumerate(of_all)}
    of_kind = asked[len(of_all) :]
    return named | {f"question_{kind.slug if kind else ''}_{number}": one for number, one in enumerate(of_kind)}


def question_field(question: Question, *, is_required: bool) -> forms.Field:
    """Return the field of one question, worded for the reader."""
    label = question.in_language((get_language() or "")[:2])
    missing = {"required": _("Please answer this question.")}
    if question.choices:
        return forms.ChoiceField(
            label=label,
            required=is_required,
            choices=[(choice, choice) for choice in question.choices],
            widget=forms.RadioSelect,
            error_messages={**missing, "invalid_choice": _("Please choose one of the answers.")},
        )
    return TypedField(
        read_answer,
        label=label,
        required=is_required,
        error_messages=missing,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def answers_of(questions: Mapping[str, Question], cleaned: Mapping[str, Any]) -> list[QuestionAnswer]:
    """Return the answers that were given, each with the question in the store's own words."""
    given = ((question.text, cleaned.get(name)) for name, question in questions.items())
    return [QuestionAnswer(question, answer) for question, answer in given if answer]
