"""The store's own questions, as they are typed."""

from typing import Any

import pytest

from booking.staff.forms.questions import QuestionsForm, question_values, swapped
from stores.queries import Question
from stores.services import CHOICE_LONGEST, CHOICES_MAX, QUESTIONS_MAX


def form(*questions: dict[str, str]) -> QuestionsForm:
    """Return the form with these questions typed, the others left empty."""
    filled = [*questions, *[{}] * (QUESTIONS_MAX - len(questions))]
    return QuestionsForm(
        {
            f"{name}_{number}": value
            for number, one in enumerate(filled)
            for name, value in ({"kind": "text"} | one).items()
        }
    )


def problems(typed: QuestionsForm) -> list[tuple[str, str]]:
    return [(problem.field_id, str(problem.text)) for problem in typed.problems()]


def test_a_question_without_words_is_not_asked() -> None:
    typed = form({}, {"text": " Which  brand? ", "is_required": "on"})

    assert typed.is_valid()
    assert typed.questions() == [Question("Which brand?", (), True)]


def test_answers_to_choose_from_are_taken_once_each_in_their_order() -> None:
    typed = form({"text": "Why?", "kind": "choice", "choices": "Repair\n\n Fitting \nRepair\n"})

    assert typed.is_valid()
    assert typed.questions() == [Question("Why?", ("Repair", "Fitting"), False)]


def test_answers_nobody_sees_are_not_kept() -> None:
    typed = form({"text": "Why?", "kind": "text", "choices": "x" * (CHOICE_LONGEST + 1)})

    assert typed.is_valid()
    assert typed.questions() == [Question("Why?", (), False)]


@pytest.mark.parametrize(
    ("question", "field", "sentence"),
    [
        ({"text": "Why?", "kind": "choice", "choices": "One"}, "choices", "at least two answers"),
        ({"text": "Why?", "kind": "choice", "choices": ""}, "choices", "at least two answers"),
        ({"text": "", "kind": "choice", "choices": "One\nTwo"}, "text", "the question that has these answers"),
        ({"text": "Why?", "kind": "choice", "choices": "x" * (CHOICE_LONGEST + 1)}, "choices", "too long"),
        (
            {"text": "Why?", "kind": "choice", "choices": "\n".join(map(str, range(CHOICES_MAX + 1)))},
            "choices",
            "too many",
        ),
        ({"text": "x" * 1000}, "text", "too long"),
    ],
)
def test_problems_say_which_question_they_are_of(question: dict[str, str], field: str, sentence: str) -> None:
    ((field_id, text),) = problems(form({}, question))

    assert field_id == f"id_{field}_1"
    assert text.startswith("Question 2: ")
    assert sentence in text


def test_what_is_asked_now_goes_through_the_form_unchanged() -> None:
    asked = [Question("Why?", ("Repair", "Fitting"), True), Question("Which brand?", (), False)]
    typed: dict[str, Any] = {f"kind_{number}": "text" for number in range(QUESTIONS_MAX)}
    typed |= {name: value for name, value in question_values(asked).items() if value is not False}

    again = QuestionsForm(typed)

    assert again.is_valid()
    assert again.questions() == asked


def test_a_question_moved_up_changes_places_with_the_one_above() -> None:
    typed = {"text_0": "First?", "text_1": "Second?", "is_required_1": "on", "text_2": "Third?", "was": "{}"}

    assert swapped(typed, 2) == {
        "text_1": "First?",
        "text_0": "Second?",
        "is_required_0": "on",
        "text_2": "Third?",
        "was": "{}",
    }
