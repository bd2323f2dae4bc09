"""Calls with an unclear end: what may have left is looked up, and never just sent again."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from notifications import outbox
from notifications.models import Channel, OutboxMessage, State
from notifications.tasks import deliver_due
from tests import fake_twilio
from tests.fake_twilio import FakeTwilio
from tests.notifications.message_states import make_due_again, state_of
from tests.notifications.patience import short_patience

pytestmark = pytest.mark.django_db


def let_time_pass(message, seconds):
    message.refresh_from_db()
    OutboxMessage.objects.filter(pk=message.pk).update(attempted_at=message.attempted_at - timedelta(seconds=seconds))
    make_due_again(message)


@pytest.mark.parametrize("fault", [fake_twilio.ERROR_AFTER, fake_twilio.BAD_JSON, fake_twilio.CUT_AFTER])
def test_an_unclear_answer_is_looked_up_and_not_sent_again(twilio: FakeTwilio, new_message, fault) -> None:
    twilio.faults = [fault]
    message = new_message()

    deliver_due()

    assert state_of(message) == (State.SENT, "found")
    assert twilio.calls == ["create", "list"]
    assert len(twilio.accepted) == 1


@pytest.mark.parametrize("fault", [fake_twilio.HANG_AFTER, fake_twilio.DRIP, fake_twilio.DRIP_HEADERS])
def test_an_answer_that_does_not_end_is_left_in_time_and_looked_up_later(
    twilio: FakeTwilio, new_message, fault
) -> None:
    twilio.faults = [fault]
    message = new_message()

    with short_patience(fault):
        deliver_due()

    assert state_of(message)[0] == State.DUE
    make_due_again(message)
    deliver_due()
    assert state_of(message) == (State.SENT, "found")
    assert len(twilio.accepted) == 1


@pytest.mark.parametrize("fault", [fake_twilio.ERROR_BEFORE, fake_twilio.HANG_BEFORE])
def test_an_unclear_answer_that_was_a_no_is_tried_once_more(twilio: FakeTwilio, new_message, fault) -> None:
    twilio.faults = [fault]
    message = new_message()

    with short_patience(fault):
        deliver_due()
    assert state_of(message)[0] == State.DUE
    make_due_again(message)
    deliver_due()

    assert state_of(message)[0] == State.SENT
    assert len(twilio.accepted) == 1


def test_a_provider_that_hangs_holds_up_no_other(twilio: FakeTwilio, new_message, messages_dir) -> None:
    twilio.faults = [fake_twilio.HANG_BEFORE] * 9
    for number in range(9):
        new_message(f"ABCD000{number}")
    email = new_message(channel=Channel.EMAIL)

    with short_patience(fake_twilio.HANG_BEFORE):
        deliver_due()

    assert state_of(email)[0] == State.SENT
    assert twilio.calls == ["create"]


def test_a_list_that_is_away_is_asked_again_then_left_to_a_person(twilio: FakeTwilio, new_message) -> None:
    twilio.faults, twilio.is_list_away = [fake_twilio.ERROR_AFTER], True
    message = new_message()

    deliver_due()
    assert state_of(message)[0] == State.DUE
    make_due_again(message)
    deliver_due()
    assert state_of(message)[0] == State.DUE
    let_time_pass(message, 60)
    deliver_due()
    make_due_again(message)
    deliver_due()

    assert state_of(message)[0] == State.UNKNOWN
    assert twilio.calls == ["create", "list", "list", "list"]
    assert len(twilio.accepted) == 1


def test_a_list_that_comes_back_settles_the_message(twilio: FakeTwilio, new_message) -> None:
    twilio.faults, twilio.is_list_away = [fake_twilio.ERROR_AFTER], True
    message = new_message()
    deliver_due()
    twilio.is_list_away = False

    make_due_again(message)
    deliver_due()

    assert state_of(message) == (State.SENT, "found")


def test_retry_of_an_unknown_message_asks_the_list_first(twilio: FakeTwilio, new_message) -> None:
    twilio.faults, twilio.is_list_away = [fake_twilio.ERROR_AFTER], True
    message = new_message()
    deliver_due()
    let_time_pass(message, 60)
    deliver_due()
    assert state_of(message)[0] == State.UNKNOWN
    twilio.is_list_away = False

    outbox.retry(messages=OutboxMessage.objects.filter(pk=message.pk), now=timezone.now())
    deliver_due()

    assert state_of(message) == (State.SENT, "found")
    assert len(twilio.accepted) == 1


def test_an_email_that_nobody_knows_of_is_left_to_a_person(new_message, settings: Settings, messages_dir) -> None:
    """A mail server keeps no list: what a dead worker may have handed over is not sent again by itself."""
    message = new_message(channel=Channel.EMAIL)
    now = timezone.now()
    (claimed,) = outbox.claim_due(now=now, limit=1)
    outbox.begin_call(claimed, recipient="ada@example.org", body="Hello", now=now)
    OutboxMessage.objects.update(lease_until=now - timedelta(seconds=1))
    settings.EMAIL_URL = "smtp://127.0.0.1:9"

    deliver_due()

    assert state_of(message) == (State.UNKNOWN, "smtp_cannot_tell")


def test_the_same_words_of_an_earlier_message_are_not_taken_for_this_one(twilio: FakeTwilio, new_message) -> None:
    earlier, later = new_message(offset="3d"), new_message(offset="1d")
    twilio.faults = [fake_twilio.NONE, fake_twilio.ERROR_BEFORE]

    deliver_due()
    make_due_again(later)
    deliver_due()

    assert (state_of(earlier)[0], state_of(later)[0]) == (State.SENT, State.SENT)
    assert len(twilio.accepted) == 2


def test_what_may_have_left_and_is_over_is_not_called_skipped(twilio: FakeTwilio, new_message) -> None:
    twilio.faults, twilio.is_list_away = [fake_twilio.ERROR_BEFORE], True
    message = new_message()
    deliver_due()
    OutboxMessage.objects.update(not_after=timezone.now())

    make_due_again(message)
    deliver_due()

    assert state_of(message) == (State.UNKNOWN, "too_late")
