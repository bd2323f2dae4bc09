"""What staff are told of messages: each that was dropped says why, and whom to phone."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest

from booking.staff.visit_messages import MessageLines
from notifications.outbox import Delivery
from tests.factories import NOW


def lines(*deliveries: Delivery) -> list[tuple[str, bool]]:
    return [(line.text, line.is_trouble) for line in MessageLines().of(deliveries)]


def skipped(reason: str, kind: str = "reminder", *, is_limited: bool = False, channel: str = "sms") -> Delivery:
    return Delivery(kind, channel, "skipped", reason, NOW, is_limited=is_limited)


@pytest.mark.parametrize(
    ("delivery", "text", "is_trouble"),
    [
        (skipped("moved"), "not sent, as the visit was moved", False),
        (skipped("cancelled"), "not sent, as the visit was cancelled", False),
        (skipped("superseded"), "not sent, as the next reminder follows", False),
        (skipped("too_near"), "not sent, as it was too late for it. Please phone.", True),
        (skipped("number_limit"), "not sent, as this number has had its texts of the day. Please phone.", True),
        (skipped("budget"), "not sent, as the store’s texts of the day are used up. Please phone.", True),
        (skipped("opted_out"), "not sent, as this person wants no text messages", False),
        (skipped("quiet_hours"), "not sent at night", False),
        (skipped("too_late"), "not sent, as the visit had begun", False),
        (Delivery("reminder", "sms", "due", "", NOW), "will be sent", False),
        (Delivery("reminder", "sms", "due", "night", NOW), "waits for the morning", False),
        (
            Delivery("reminder", "sms", "due", "provider credentials", NOW),
            "waits, as the provider takes none at the moment",
            False,
        ),
        (Delivery("reminder", "sms", "due", "unreachable", NOW), "the phone was off, goes once more", False),
        (Delivery("reminder", "sms", "failed", "filtered", NOW), "did not get through. Please phone.", True),
        (Delivery("reminder", "sms", "failed", "unknown_number", NOW), "this number does not exist", True),
        (Delivery("reminder", "sms", "dead", "sender", NOW), "did not get through. Please phone.", True),
        (Delivery("reminder", "sms", "unknown", "", NOW), "nobody can say whether it left. Please phone.", True),
    ],
)
def test_each_end_of_a_message_has_its_words(delivery: Delivery, text: str, is_trouble: bool) -> None:
    assert lines(delivery) == [(f"Reminder by text message: {text}", is_trouble)]


def reasons_in_code() -> set[str]:
    """Return each reason for which the code skips a message about a visit."""
    found = set()
    for path in [*Path("booking").rglob("*.py"), *Path("notifications").rglob("*.py")]:
        if path.stem in (
            "nearly_turn",
            "day_sheet",
            "day_sheet_address",
            "booking_notices",
            "invitations",
            "link_invitations",
            "password_links",
            "place_offered",
            "compose",
        ):  # these messages are about no visit
            continue
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            named = {word.arg: word.value for word in call.keywords}
            reason = call.args[0] if name == "Skip" and call.args else named.get("skip_unsent")
            reason = named.get("reason") if name == "skip_open" else reason
            found |= {one.value for one in ast.walk(reason) if isinstance(one, ast.Constant)} if reason else set()
    return {one for one in found if isinstance(one, str) and one} - {"demo", "no_email"}  # which no page shows


def test_every_reason_in_the_code_has_its_own_words() -> None:
    reasons = reasons_in_code()

    assert {"cancelled", "moved", "too_near", "superseded", "not_textable", "answered"} <= reasons
    assert [one for one in reasons if "not needed any more" in lines(skipped(one))[0][0]] == []


def test_what_went_wrong_before_staff_phoned_is_no_trouble_any_more() -> None:
    told = [skipped("budget")]
    later = NOW + timedelta(minutes=1)

    assert [line.is_trouble for line in MessageLines().of(told, phoned_at=later)] == [False]
    assert [line.is_trouble for line in MessageLines().of(told, phoned_at=NOW - timedelta(minutes=1))] == [True]


def test_who_wants_no_texts_is_phoned_about_what_the_store_does_and_nothing_else() -> None:
    for kind in ("change", "cancellation"):
        assert [trouble for _, trouble in lines(skipped("opted_out", kind, is_limited=False))] == [True]
        assert [trouble for _, trouble in lines(skipped("opted_out", kind, is_limited=True))] == [False]


@pytest.mark.parametrize(
    ("email", "is_trouble"),
    [
        (Delivery("change", "email", "sent", "", NOW, sequence=2), False),
        (Delivery("change", "email", "due", "", NOW, sequence=2), False),
        (Delivery("change", "email", "dead", "", NOW, sequence=2), True),
        (Delivery("change", "email", "sent", "", NOW, sequence=1), True),  # that was another change
        (Delivery("confirmation", "email", "sent", "", NOW, sequence=2), True),
    ],
)
def test_nobody_is_phoned_whom_the_same_message_reaches_by_email(email: Delivery, is_trouble: bool) -> None:
    text = Delivery("change", "sms", "skipped", "budget", NOW, sequence=2)

    assert lines(text, email)[0][1] is is_trouble


@pytest.mark.parametrize(
    ("state", "is_trouble"), [("delivered", False), ("sent", False), ("failed", True), ("skipped", True)]
)
def test_nobody_is_phoned_about_an_email_that_came_back_if_the_same_text_arrives(state: str, is_trouble: bool) -> None:
    text = Delivery("change", "sms", state, "budget", NOW, sequence=2)
    email = Delivery("change", "email", "failed", "bounced", NOW, sequence=2)

    told = lines(text, email)[1]

    assert told[1] is is_trouble
    assert told[0].startswith("Change by e-mail: the e-mail came back")
