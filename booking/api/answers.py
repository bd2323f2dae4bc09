"""Answers to a store's questions, as a request names them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from booking.api.fields import AnyText, TypedText
from booking.customer_input import QuestionAnswer, read_answer
from stores.models import StoreQuestion

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_ANSWERS = 6


class AnswerRequest(serializers.Serializer[Any]):
    """The answer to one of the store's questions, which is named by the store's own words."""

    question = AnyText(longest=120)
    answer = TypedText(read_answer)


def answers_field() -> "serializers.ListSerializer[Any]":
    """Return the field of a booking's answers."""
    return serializers.ListSerializer(
        child=AnswerRequest(), required=False, allow_null=True, default=(), max_length=MOST_ANSWERS
    )


def read_answers(given: Sequence[Mapping[str, str]] | None, *, store: str, visit_type: str) -> list[QuestionAnswer]:
    """Return the answers to questions of a store's visits; empty ones are left out.

    One statement where some are given, else none. Raises ValidationError for a question that is not asked, and for an
    answer that is none of its choices.
    """
    if not given:
        return []
    asked = StoreQuestion.objects.filter(store__slug=store)
    choices = {
        row.text: row.choices.splitlines()
        for row in asked.select_related("visit_type")
        if row.visit_type is None or row.visit_type.slug == visit_type
    }
    for number, one in enumerate(given):
        if one["question"] not in choices:
            raise _wrong(number, "question", "unknown", _("The store does not ask this."))
        if one["answer"] and choices[one["question"]] and one["answer"] not in choices[one["question"]]:
            raise _wrong(number, "answer", "invalid_choice", _("Please choose one of the answers."))
    return [QuestionAnswer(one["question"], one["answer"]) for one in given if one["answer"]]


def _wrong(number: int, part: str, code: str, message: "StrOrPromise") -> serializers.ValidationError:
    """Return the refusal of one part of an answer; answers count from 0."""
    items: list[dict[str, Any]] = [{} for _ in range(number)]
    return serializers.ValidationError({"answers": [*items, {part: [serializers.ErrorDetail(str(message), code)]}]})
