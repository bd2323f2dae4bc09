"""What people mean by a text, over 335 answers as people write them: right, or handed to a person; never a wrong no."""

from pathlib import Path

import pytest

from booking.messages.answer_words import Meaning, is_no, is_yes, read_answer, read_number
from notifications.opt_words import read_wish, says_more

ANSWERS = [tuple(line.split("\t")) for line in (Path(__file__).parent / "answers.tsv").read_text("utf-8").splitlines()]
LEAST_RIGHT = 0.95


def meaning(text: str) -> str:
    wish = read_wish(text)
    if wish:
        return wish
    answer = read_answer(text)
    return str(answer.meaning) if answer.number is None else f"{answer.meaning}:{answer.number}"


def test_nearly_all_are_understood_and_no_other_is_misunderstood() -> None:
    read = [(meant, meaning(text), text) for meant, text in ANSWERS]
    right = [text for meant, got, text in read if meant == got]
    wrong = [(text, meant, got) for meant, got, text in read if got not in (meant, Meaning.UNKNOWN)]

    assert len(ANSWERS) >= 300
    assert wrong == []
    assert len(right) / len(ANSWERS) >= LEAST_RIGHT


def test_no_answer_but_a_plain_yes_cancels_a_visit_even_where_that_was_asked() -> None:
    cancelling = {text for _, text in ANSWERS if is_yes(text)}

    assert cancelling == {
        *("oui", "Oui merci", "OUI", "oui!", "ouii", "oui svp", "oui annulez"),
        *("yes", "Yes please", "YES!", "yes thanks", "Ja", "ja danke", "Sí", "si gracias", "так", "نعم"),
    }


@pytest.mark.parametrize(
    "text",
    [
        *("oui je viens", "oui à demain", "oui mais en retard", "oui ?", "ok", "1", "yes see you then", "ja ich komme"),
        *("oui je serai là", "oui n'annulez pas", "ne pas annuler", "non", "", "👍", "yes I'll be there"),
    ],
)
def test_what_is_more_than_a_yes_cancels_nothing(text: str) -> None:
    assert not is_yes(text)


@pytest.mark.parametrize(
    ("text", "number"), [("2", 2), ("le 2 svp", 2), ("n° 3", 3), ("Option 1", 1), ("22h", None), ("deux", None)]
)
def test_read_number(text: str, number: int | None) -> None:
    assert read_number(text) == number


def test_is_no() -> None:
    assert [is_no(text) for text in ("non", "No thanks", "2", "non je viens", "oui")] == [
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("STOP", False),
        ("Stop SVP", False),
        ("arrêtez les sms", False),
        ("Stop merci", False),
        ("stop je viens pas", True),
    ],
)
def test_says_more(text: str, more: bool) -> None:
    assert says_more(text) == more


@pytest.mark.parametrize(
    "text", ["annuler", "cancel", "je m'arrête chez vous", "on fait un stop", "restart", "nonstop"]
)
def test_what_is_about_a_visit_stops_no_messages(text: str) -> None:
    assert read_wish(text) is None
