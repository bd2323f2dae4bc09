from collections.abc import Iterator

import pytest
import time_machine

from stores.models import Store
from stores.queries import Question, store_questions
from stores.services import save_questions
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW

pytestmark = pytest.mark.django_db

SETUP = f"{SHOP}setup/"
QUESTIONS = f"{SETUP}questions/"
BIKE = Question("Which bike is it?", ("City bike", "Electric bike"), is_required=True)
SIZE = Question("How tall is the rider?", (), is_required=False)
TYPED = {
    "text_0": "Which bike is it?",
    "kind_0": "choice",
    "choices_0": "City bike\n Electric bike\n\n",
    "is_required_0": "on",
    "text_1": "How tall is the rider?",
    "kind_1": "text",
    "choices_1": "",
    "text_2": "",
    "kind_2": "text",
    "choices_2": "",
}


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def asked(store: Store) -> tuple[Question, ...]:
    return store_questions(store.slug)


def test_questions_are_saved_and_shown_again(room: Room) -> None:
    client = room.client()

    response = client.post(QUESTIONS, TYPED)

    assert response["Location"] == f"{SETUP}?done=questions#questions"
    assert asked(room.store) == (BIKE, SIZE)
    form = page(client.get(QUESTIONS)).forms[""]
    assert (form["text_0"], form["kind_0"], form["choices_0"]) == (
        "Which bike is it?",
        "choice",
        "City bike\nElectric bike",
    )
    assert ("is_required_0" in form, "is_required_1" in form) == (True, False)


def test_a_question_without_words_is_not_asked(room: Room) -> None:
    save_questions(store=room.store, questions=[BIKE, SIZE], user=None, now=NOW)

    room.client().post(QUESTIONS, TYPED | {"text_0": " ", "choices_0": ""})

    assert asked(room.store) == (SIZE,)


def test_the_preview_shows_what_customers_see(room: Room) -> None:
    save_questions(store=room.store, questions=[BIKE, SIZE], user=None, now=NOW)

    read = page(room.client().get(QUESTIONS))

    assert (
        "What customers will see Not to be filled in here Which bike is it? City bike Electric bike"
        " How tall is the rider? (optional)"
    ) in read.words


def test_the_preview_of_what_is_typed_saves_nothing(room: Room) -> None:
    response = room.client().post(QUESTIONS, TYPED | {"preview": "1"})

    read = page(response)
    assert response.status_code == 200
    assert "Not to be filled in here Which bike is it? City bike Electric bike" in read.words
    assert read.forms[""]["text_1"] == "How tall is the rider?"
    assert asked(room.store) == ()


def test_a_question_moves_up_with_all_that_belongs_to_it(room: Room) -> None:
    client = room.client()

    form = page(client.post(QUESTIONS, TYPED | {"up": "2"})).forms[""]

    assert (form["text_0"], form["kind_0"], form["choices_0"]) == ("How tall is the rider?", "text", "")
    assert (form["text_1"], form["kind_1"]) == ("Which bike is it?", "choice")
    assert ("is_required_0" in form, "is_required_1" in form) == (False, True)
    assert asked(room.store) == ()
    client.post(QUESTIONS, form)
    assert asked(room.store) == (SIZE, BIKE)


@pytest.mark.parametrize("number", ["1", "4", "-1", "first", ""])
def test_no_other_question_moves(room: Room, number: str) -> None:
    response = room.client().post(QUESTIONS, TYPED | {"up": number})

    assert response.status_code == 200
    assert page(response).forms[""]["text_0"] == "Which bike is it?"


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"text_1": "x" * 121}, "text_1", "Question 2: This is too long. Please shorten it."),
        ({"kind_1": "essay"}, "kind_1_0", "Question 2: Say what kind of answer it has."),
        (
            {"choices_0": "City bike"},
            "choices_0",
            "Question 1: Write at least two answers to choose from, one on each line.",
        ),
        (
            {"choices_0": "City bike\nCity bike"},
            "choices_0",
            "Question 1: Write at least two answers to choose from, one on each line.",
        ),
        (
            {"choices_0": "\n".join(map(str, range(13)))},
            "choices_0",
            "Question 1: These are too many to choose from. There can be at most 12.",
        ),
        (
            {"choices_0": f"City bike\n{'x' * 81}"},
            "choices_0",
            "Question 1: One of these is too long. Each may have 80 characters.",
        ),
        ({"text_0": ""}, "text_0", "Question 1: Write the question that has these answers."),
    ],
)
def test_what_cannot_be_asked_is_named_and_kept(room: Room, typed: dict[str, str], field: str, sentence: str) -> None:
    response = room.client().post(QUESTIONS, TYPED | typed)

    read = page(response)
    assert response.status_code == 400
    assert read.links[f"#id_{field}"] == sentence
    assert f"id_{field}" in read.ids
    assert asked(room.store) == ()


def test_answers_that_no_list_shows_are_no_mistake(room: Room) -> None:
    room.client().post(QUESTIONS, TYPED | {"kind_0": "text", "choices_0": "x" * 900})

    assert asked(room.store) == (Question(BIKE.text, (), is_required=True), SIZE)


def test_words_are_shown_as_typed(room: Room) -> None:
    room.client().post(QUESTIONS, TYPED | {"text_1": "Quel vélo ? <b>", "choices_0": "<i>A</i>\nB & C"})

    words = page(room.client().get(QUESTIONS)).words

    assert "<i>A</i> B & C" in words
    assert "Quel vélo ? <b> (optional)" in words
