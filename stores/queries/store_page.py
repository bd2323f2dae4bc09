"""What the pages of one store show: the rules of its slots, its public data, and the questions it asks."""

from dataclasses import dataclass, replace
from datetime import datetime

from stores.hours import ONE_DAY
from stores.models import QuestionKind, StoreQuestion
from stores.queries.one_store import (
    DETAIL,
    RULES,
    StoreDetail,
    UnknownStore,
    detail_of,
    first_day_around,
    listed_json,
    read_store,
    rules_of,
)
from stores.queries.waiting_rooms import WaitingRoom, waiting_room_of
from stores.slots import StoreRules

_ROOM = ("has_waiting_room", "bookings_open_at")
_COLUMNS = tuple(dict.fromkeys((*RULES, *DETAIL, *_ROOM)))
_QUESTIONS = """,
       (SELECT {list}({row}(question.position, question.id, question.text, question.kind, question.choices,
                            question.is_required))
          FROM stores_storequestion question WHERE question.store_id = store.id)"""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that a store asks its customers; without `choices` the answer is a short text."""

    text: str
    choices: tuple[str, ...]
    is_required: bool


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
        questions=tuple(
            _question(text, kind, choices, bool(is_required))
            for _, _, text, kind, choices, is_required in listed_json(found.more[0])
        ),
        room=waiting_room_of(*(found.columns[name] for name in _ROOM)),
    )


def store_questions(slug: str) -> tuple[Question, ...]:
    """Return a store's own questions in its order; none for an unknown store. One SQL statement."""
    rows = StoreQuestion.objects.filter(store__slug=slug).order_by("position")
    return tuple(_question(row.text, row.kind, row.choices, row.is_required) for row in rows)


def _question(text: str, kind: str, choices: str, is_required: bool) -> Question:
    return Question(text, tuple(choices.splitlines()) if kind == QuestionKind.CHOICE else (), is_required)
