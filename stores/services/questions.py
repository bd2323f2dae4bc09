"""Changes of the questions that a store asks its customers."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from stores.models import QuestionKind, Store, StoreQuestion
from stores.models.changes import EXACT
from stores.queries import Question, question_of
from stores.services.changes import record_change
from stores.services.values import BadValue, lock, short_text

QUESTIONS_MAX = 3
TEXT_LONGEST = 120
CHOICES_LEAST, CHOICES_MAX = 2, 12
CHOICE_LONGEST = 80


@transaction.atomic
def save_questions(*, store: Store, questions: Sequence[Question], user: User | None, now: datetime) -> None:
    """Replace a store's questions, in this order; the list may be empty. Locks the store's row. Raises BadValue.

    Earlier answers keep the wording of their question.
    """
    rows = question_rows(questions)
    lock(store)
    of_all = store.questions.filter(visit_type=None)
    before = questions_in_trail(of_all.order_by("position"))
    of_all.delete()
    for row in rows:
        row.store = store
    StoreQuestion.objects.bulk_create(rows)
    record_change(store=store, user=user, what="questions", before=before, after=questions_in_trail(rows), now=now)


def question_rows(questions: Sequence[Question]) -> list[StoreQuestion]:
    """Return questions as rows of no store yet, in this order. Raises BadValue."""
    if len(questions) > QUESTIONS_MAX:
        raise BadValue("questions", "too_many")
    return [_row(number, question) for number, question in enumerate(questions)]


def _row(number: int, question: Question) -> StoreQuestion:
    field = f"questions.{number}"
    choices = [short_text(choice, field=f"{field}.choices", longest=CHOICE_LONGEST) for choice in question.choices]
    if choices and not CHOICES_LEAST <= len(choices) <= CHOICES_MAX:
        raise BadValue(f"{field}.choices", "out_of_range")
    if len(set(choices)) < len(choices):
        raise BadValue(f"{field}.choices", "duplicate")
    return StoreQuestion(
        text=short_text(question.text, field=f"{field}.text", longest=TEXT_LONGEST),
        text_en=short_text(question.text_en, field=f"{field}.text_en", longest=TEXT_LONGEST, is_required=False),
        kind=QuestionKind.CHOICE if choices else QuestionKind.TEXT,
        choices="\n".join(choices),
        is_required=question.is_required,
        position=number,
    )


def questions_in_trail(rows: Iterable[StoreQuestion]) -> dict[str, list[object]]:
    """Return questions of all visits as the trail stores them."""
    rows = list(rows)
    return {
        "questions": [*questions_in_text(map(question_of, rows))],
        EXACT: [[row.text, row.is_required, row.choices.splitlines()] for row in rows],
    }


def questions_from_exact(exact: Iterable[Sequence[Any]]) -> list[Question]:
    """Return the questions that `questions_in_trail` has written exactly."""
    return [Question(text=text, is_required=required, choices=tuple(choices)) for text, required, choices in exact]


def questions_in_text(questions: Iterable[Question]) -> list[str]:
    """Return questions for the trail, each with its other text and its choices; a required question has a star."""
    return [
        f"{' / '.join(filter(None, (one.text, one.text_en)))}{' *' * one.is_required}"
        f"{': ' * bool(one.choices)}{' / '.join(one.choices)}"
        for one in questions
    ]
