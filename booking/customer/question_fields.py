"""The fields of a store's own questions, on the forms of customers and of staff."""

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from booking.customer_input import ANSWER_MAX, QuestionAnswer, read_answer
from booking.web.forms import TypedField
from stores.queries import Question, questions_about
from stores.services import QUESTIONS_MAX
from stores.slots import VisitTypeRule

_PREFIX = "question_"
_DIGEST = 10
_UNASKED_MOST = 2 * QUESTIONS_MAX  # answers that belong to no question any more: of all visits, and of one kind


class NamedQuestions(dict[str, Question]):
    """Questions by the name of their field; `kind` is the slug of the kind of visit that they are asked for.

    The name is a digest of the question: after a change of the questions, an answer that was typed before it stands
    under no other question. It says the kind too, so that what was typed for one kind is never taken for another.
    """

    def __init__(self, kind: str | None = None) -> None:
        """`kind` is None for a form that asks no questions."""
        super().__init__()
        self.kind = kind
        self._met: Counter[tuple[str, str]] = Counter()

    def add(self, question: Question) -> None:
        """Ask one more; the same words a second time have a name of their own."""
        about = f"{self.kind}_" if question.visit_type_id is not None else ""
        met = self._met[about, question.text]
        self._met[about, question.text] += 1
        text = f"{question.text}\n{met}" if met else question.text
        self[f"{_PREFIX}{about}{sha256(text.encode()).hexdigest()[:_DIGEST]}"] = question

    def unasked(self, data: Mapping[str, Any]) -> dict[str, str]:
        """Return the answers of a form to questions of all visits, or of this kind, that are asked no more.

        They are no more and no longer than a store may have had: browsers remember them, by names of anybody's making.
        """
        found: dict[str, str] = {}
        for name in data if self.kind is not None else ():
            about, _sep, digest = name.removeprefix(_PREFIX).rpartition("_")
            is_ours = name.startswith(_PREFIX) and about in ("", self.kind) and len(digest) <= _DIGEST
            answer = str(data[name] or "").strip()[:ANSWER_MAX] if is_ours and name not in self else ""
            if answer and len(found) < _UNASKED_MOST:
                found[name] = answer
        return found

    def refuse_unasked(self, data: Mapping[str, Any]) -> None:
        """Raise ValidationError with the answers of a form to questions that are asked no more."""
        answers = self.unasked(data).values()
        if answers:
            sentence = _(
                "The store has just changed its questions. Please look at them once more. You had answered: {answers}"
            )
            raise ValidationError(str(sentence).format(answers=", ".join(answers)), code="unasked")


def named_questions(questions: Sequence[Question], kind: VisitTypeRule | None = None) -> NamedQuestions:
    """Return the questions of all visits, and of a kind, by the name of their field."""
    named = NamedQuestions(kind.slug if kind else "")
    for question in questions_about(questions, kind.id if kind else 0):
        named.add(question)
    return named


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
