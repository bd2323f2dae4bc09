"""A store's own questions: three at most, kept in order as they are worded, replaced as a whole."""

import pytest

from stores.models import Store, StoreQuestion
from stores.queries import Question, store_questions
from stores.services import BadValue, save_questions
from tests.factories import NOW, make_store

pytestmark = pytest.mark.django_db

BIKE = Question("Which bike is it?", ("City bike", "Electric bike"), is_required=True)
SIZE = Question("How tall is the rider?", (), is_required=False)


@pytest.fixture
def store() -> Store:
    return make_store()


def test_there_are_none_by_default(store: Store) -> None:
    assert store_questions(store.slug) == ()


def test_questions_are_read_as_they_were_saved(store: Store) -> None:
    save_questions(store=store, questions=[BIKE, SIZE], user=None, now=NOW)
    assert store_questions(store.slug) == (BIKE, SIZE)

    save_questions(store=store, questions=[SIZE, BIKE], user=None, now=NOW)
    assert store_questions(store.slug) == (SIZE, BIKE)

    save_questions(store=store, questions=[], user=None, now=NOW)
    assert store_questions(store.slug) == ()


def test_questions_of_another_store_stay(store: Store) -> None:
    other = make_store("other")
    save_questions(store=other, questions=[BIKE], user=None, now=NOW)

    save_questions(store=store, questions=[SIZE], user=None, now=NOW)

    assert store_questions(other.slug) == (BIKE,)


def test_words_are_kept_on_one_line(store: Store) -> None:
    save_questions(
        store=store,
        questions=[Question(" Which\nbike? ", (" City\tbike", "Other "), is_required=False)],
        user=None,
        now=NOW,
    )

    assert store_questions(store.slug) == (Question("Which bike?", ("City bike", "Other"), is_required=False),)


@pytest.mark.parametrize(
    ("questions", "field", "code"),
    [
        ([SIZE] * 4, "questions", "too_many"),
        ([BIKE, Question(" ", (), is_required=False)], "questions.1.text", "required"),
        ([Question("x" * 121, (), is_required=False)], "questions.0.text", "too_long"),
        ([Question("Which?", ("One",), is_required=False)], "questions.0.choices", "out_of_range"),
        ([Question("Which?", ("One", "One "), is_required=False)], "questions.0.choices", "duplicate"),
        ([Question("Which?", ("One", ""), is_required=False)], "questions.0.choices", "required"),
        ([Question("Which?", ("One", "x" * 81), is_required=False)], "questions.0.choices", "too_long"),
        (
            [Question("Which?", tuple(map(str, range(13))), is_required=False)],
            "questions.0.choices",
            "out_of_range",
        ),
    ],
)
def test_what_cannot_be_asked_changes_nothing(store: Store, questions: list[Question], field: str, code: str) -> None:
    save_questions(store=store, questions=[BIKE], user=None, now=NOW)

    with pytest.raises(BadValue) as refused:
        save_questions(store=store, questions=questions, user=None, now=NOW)

    assert (refused.value.field, refused.value.code) == (field, code)
    assert StoreQuestion.objects.get().text == BIKE.text


def test_asking_something_moves_no_slot(store: Store) -> None:
    before = store.hours_version

    save_questions(store=store, questions=[BIKE], user=None, now=NOW)

    store.refresh_from_db()
    assert store.hours_version == before
