"""The sentence that a store added to confirmations and reminders lives on in its own texts, and comes back."""

from importlib import import_module
from pathlib import Path

import pytest

from stores import migrations

_FILE = next(Path(str(migrations.__file__)).parent.glob("*_own_texts.py"))
MIGRATION = import_module(f"{migrations.__name__}.{_FILE.stem}")


@pytest.mark.parametrize(
    ("sentences", "texts"),
    [
        ({}, {}),
        ({"fr": ""}, {}),
        (
            {"fr": "Apportez votre carte."},
            {
                "sms": {
                    "confirmation": {"fr": "{standard} Apportez votre carte."},
                    "reminder": {"fr": "{standard} Apportez votre carte."},
                }
            },
        ),
    ],
)
def test_sentence_stands_after_our_own_text(sentences: dict[str, str], texts: dict[str, object]) -> None:
    assert MIGRATION.own_texts_of(sentences) == texts
    assert MIGRATION.sentences_of(texts) == {language: words for language, words in sentences.items() if words}


def test_text_that_is_no_sentence_after_ours_cannot_go_back() -> None:
    assert MIGRATION.sentences_of({"sms": {"confirmation": {"fr": "{store} {date}"}}}) == {}
