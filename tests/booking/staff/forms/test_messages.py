"""When a store's messages go, as it is typed."""

import pytest

from booking.staff.forms.messages import MessagesForm

PLAN = {"messages_from": "8", "messages_until": "20"}


def test_a_plan_is_read_as_numbers() -> None:
    typed = MessagesForm({**PLAN, "reminder_days": ["7", "1"], "reminder_hours": "2", "reminder_channel": "both"})

    assert typed.is_valid()
    assert (typed.cleaned_data["reminder_days"], typed.cleaned_data["messages_from"]) == ([7, 1], 8)
    assert (typed.cleaned_data["reminder_hours"], typed.cleaned_data["reminder_channel"]) == (2, "both")
    assert typed.cleaned_data["confirms_by_email_alone"] is False


def test_what_is_not_sent_stays_as_it_is() -> None:
    typed = MessagesForm({**PLAN, "reminder_days": ["1"]}, initial={"reminder_channel": "email_first"})

    assert typed.is_valid()
    assert (typed.cleaned_data["reminder_hours"], typed.cleaned_data["reminder_channel"]) == (0, "email_first")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"reminder_days": ["14", "7", "2", "1"]}, "reminder_days"),
        ({"reminder_days": ["6"]}, "reminder_days"),
        ({"reminder_hours": "3"}, "reminder_hours"),
        ({"reminder_channel": "pigeon"}, "reminder_channel"),
        ({"messages_from": "3"}, "messages_from"),
        ({"messages_until": ""}, "messages_until"),
    ],
)
def test_what_is_no_plan_is_refused_at_its_field(typed: dict[str, object], field: str) -> None:
    refused = MessagesForm({**PLAN, **typed})

    assert not refused.is_valid()
    assert list(refused.errors) == [field]
