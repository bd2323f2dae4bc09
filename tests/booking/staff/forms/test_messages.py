"""When a store's messages go, as it is typed."""

import pytest

from booking.staff.forms.messages import MessagesForm

PLAN = {"messages_from": "8", "messages_until": "20"}


def test_a_plan_is_read_as_numbers() -> None:
    typed = MessagesForm({**PLAN, "reminder_days": ["7", "1"], "words_fr": "", "words_en": "  Bring   your card. "})

    assert typed.is_valid()
    assert (typed.cleaned_data["reminder_days"], typed.cleaned_data["messages_from"]) == ([7, 1], 8)
    assert typed.sms_words() == {"fr": "", "en": "Bring your card."}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"reminder_days": ["14", "7", "2", "1"]}, "reminder_days"),
        ({"reminder_days": ["6"]}, "reminder_days"),
        ({"messages_from": "3"}, "messages_from"),
        ({"messages_until": ""}, "messages_until"),
        ({"words_fr": "Apportez votre carte 🙂"}, "words_fr"),
        ({"words_en": "x" * 1000}, "words_en"),
    ],
)
def test_what_is_no_plan_is_refused_at_its_field(typed: dict[str, object], field: str) -> None:
    refused = MessagesForm({**PLAN, **typed})

    assert not refused.is_valid()
    assert list(refused.errors) == [field]


def test_the_signs_that_would_double_the_price_are_named() -> None:
    refused = MessagesForm({**PLAN, "words_en": "Come 🙂 soon 中"})

    assert refused.errors["words_en"] == ["Text messages cannot carry these signs: 中 🙂"]


def test_words_that_are_wrong_are_left_out_of_a_preview() -> None:
    typed = MessagesForm({**PLAN, "words_fr": "Oui 🙂", "words_en": "Yes."})

    assert not typed.is_valid()
    assert typed.sms_words() == {"fr": "", "en": "Yes."}
