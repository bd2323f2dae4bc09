"""What the pages of one store show: the rules of its slots, its public data, and the questions it asks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from stores.hours import ONE_DAY
from stores.models import QuestionKind, StoreQuestion
from stores.queries.one_store import RULES, ReadStore, UnknownStore, first_day_around, listed_json, read_store, rules_of
from stores.queries.public_data import DETAIL, StoreDetail, detail_of
from stores.queries.waiting_rooms import WaitingRoom, waiting_room_of
from stores.slots import StoreRules

_ROOM = ("has_waiting_room", "bookings_open_at")
_COLUMNS = tuple(dict.fromkeys((*RULES, *DETAIL, *_ROOM)))
_QUESTIONS = """,
       (SELECT {list}({row}(question.position, question.id, question.text, question.kind, question.choices,
                            question.is_required, question.text_en, question.visit_type_id))
          FROM stores_storequestion question WHERE question.store_id = store.id)"""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that a store asks its customers; without `choices` the answer is a short text.

    `visit_type_id` is the kind of visit that it is about, None for all. `text_en` is for readers of other languages
    than French, "" where there is one text for all.
    """

    text: str
    choices: tuple[str, ...]
    is_required: bool
    text_en: str = ""
    visit_type_id: int | None = None

    def in_language(self, language: str) -> str:
        """Return the question as readers of a language read it."""
        return self.text if language == "fr" else self.text_en or self.text


def questions_about(questions: Sequence[Question], visit_type_id: int) -> tuple[Question, ...]:
    """Return those that the customers of a kind of visit are asked: of all visits first."""
    return tuple(one for about in (None, visit_type_id) for one in questions if one.visit_type_id == about)


@dataclass(frozen=True, slots=True)
class StorePage:
    """A store as its pages need it."""

    rules: StoreRules
    detail: StoreDetail
    questions: tuple[Question, ...]
    room: WaitingRoom | None


def store_page(slug: str, now: datetime) -> StorePage:
    """Return a store's rules around now, its public data and its questions. One SQL statement. Raises UnknownStore.

    The public data have special hours from today in UTC on.
    """
    found = read_store(slug, _COLUMNS, special_from=first_day_around(now) - ONE_DAY, more=_QUESTIONS)
    if found is None:
        raise UnknownStore(slug)
    detail = detail_of(found)
    return StorePage(
        rules=rules_of(found),
        detail=replace(detail, special={day: times for day, times in detail.special.items() if day >= now.date()}),
        questions=_questions(found),
        room=waiting_room_of(*(found.columns[name] for name in _ROOM)),
    )


def store_questions(slug: str) -> tuple[Question, ...]:
    """Return a store's own questions of all visits in its order; none for an unknown store. One SQL statement."""
    return tuple(map(question_of, StoreQuestion.objects.filter(store__slug=slug, visit_type=None).order_by("position")))


def every_question(slug: str) -> tuple[Question, ...]:
    """Return all questions that a store asks, in its order; none for an unknown store. One SQL statement."""
    return tuple(map(question_of, StoreQuestion.objects.filter(store__slug=slug).order_by("position", "id")))


def store_in_full(slug: str) -> tuple[StoreDetail, tuple[Question, ...]] | None:
    """Return a store without special hours, and all questions that it asks; None if unknown. One SQL statement."""
    found = read_store(slug, DETAIL, special_from=date.max, more=_QUESTIONS)
    return (detail_of(found), _questions(found)) if found else None


def question_of(row: StoreQuestion) -> Question:
    """Return a stored question."""
    return _question(row.text, row.kind, row.choices, row.is_required, row.text_en, row.visit_type_id)


def _questions(found: ReadStore) -> tuple[Question, ...]:
    return tuple(_question(*fields) for _position, _id, *fields in listed_json(found.more[0]))


def _question(
    text: str, kind: str, choices: str, is_required: bool, text_en: str, visit_type_id: int | None
) -> Question:
    listed = tuple(choices.splitlines()) if kind == QuestionKind.CHOICE else ()
    return Question(text, listed, bool(is_required), text_en, visit_type_id)
