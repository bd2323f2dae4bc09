from datetime import datetime

import pytest

from booking.bookings.message_plan import message_channel, plan_messages
from booking.message_kinds import Kind
from booking.models import Status
from booking.tokens import manage_token
from booking.who import Who
from notifications.content import NewMessage
from tests.factories import NOW, at
from tests.visits import stored_booking


def summary(messages: list[NewMessage]) -> list[tuple[str, str, str, datetime]]:
    return [(message.kind, message.channel, message.offset, message.due_at) for message in messages]


@pytest.mark.django_db
def test_plan_messages_confirmation_on_both_channels_reminders_by_sms() -> None:
    booking = stored_booking(starts_at=at(10, 15, day=30))

    messages = plan_messages(booking, kind=Kind.CONFIRMATION, who=Who.customer(NOW))

    assert summary(messages) == [
        ("confirmation", "sms", "", NOW),
        ("confirmation", "email", "", NOW),
        ("reminder", "sms", "1d", at(10, 15, day=29)),
        ("reminder", "sms", "3d", at(10, 15, day=27)),
    ]
    assert {(message.account, message.subject, message.sequence, message.not_after) for message in messages} == {
        ("corner-shop-niort", "K7Q29X4M", 0, booking.starts_at)
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("phone", "email", "channels"),
    [
        ("", "ada@example.org", ["email", "email"]),
        ("+33549240039", "ada@example.org", ["email", "email"]),  # a landline
        ("+33612345678", "", ["sms", "sms"]),
        ("+33549240039", "", []),
        ("", "", []),
    ],
)
def test_plan_messages_by_what_reaches_the_customer(phone: str, email: str, channels: list[str]) -> None:
    booking = stored_booking(phone=phone, email=email, starts_at=at(10, 15, day=25))

    messages = plan_messages(booking, kind=Kind.CONFIRMATION, who=Who.customer(NOW))

    assert [(message.kind, message.channel) for message in messages] == list(
        zip(["confirmation", "reminder"], channels, strict=False)
    )
    assert message_channel(phone, email) == (channels[0] if channels else "none")


@pytest.mark.django_db
def test_plan_messages_change_gives_reminders_of_the_new_time() -> None:
    booking = stored_booking(starts_at=at(10, 15, day=25), sequence=2, email="")

    messages = plan_messages(booking, kind=Kind.CHANGE, who=Who.customer(NOW))

    assert summary(messages) == [("change", "sms", "", NOW), ("reminder", "sms", "1d", at(10, 15, day=24))]
    assert {message.sequence for message in messages} == {2}


@pytest.mark.django_db
def test_plan_messages_of_new_hours_leaves_reminders_as_they_are() -> None:
    booking = stored_booking(starts_at=at(10, 15, day=30), email="")

    messages = plan_messages(booking, kind=Kind.CHANGE, who=Who.customer(NOW), offset="hours 7")

    assert summary(messages) == [("change", "sms", "hours 7", NOW)]


@pytest.mark.django_db
def test_plan_messages_cancellation_at_once_and_nothing_later() -> None:
    booking = stored_booking(starts_at=at(10, 15, day=30), status=Status.CANCELLED, sequence=1)

    messages = plan_messages(booking, kind=Kind.CANCELLATION, who=Who.customer(NOW))

    assert summary(messages) == [("cancellation", "sms", "", NOW), ("cancellation", "email", "", NOW)]


@pytest.mark.django_db
def test_no_token_in_what_is_planned() -> None:
    booking = stored_booking()

    planned = repr(plan_messages(booking, kind=Kind.CONFIRMATION, who=Who.customer(NOW)))

    for secret in (manage_token("K7Q29X4M"), "ada@example.org", "+33612345678", "Ada"):
        assert secret not in planned
