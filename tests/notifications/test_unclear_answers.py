"""Calls with an unclear end: what may have left is looked up, and never just sent again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes

import pytest
from django.utils import timezone
from pytest_django import Settings

from notifications import circuits, claims, decisions, outcomes, sms
from notifications.models import Channel, OutboxMessage, State
from notifications.tasks import deliver_due
from tests import fake_twilio
from tests.fake_twilio import FakeTwilio
from tests.notifications import fake_smtp
from tests.notifications.fake_smtp import FakeSmtp
from tests.notifications.message_states import begin_call, make_due_again, state_of
from tests.notifications.patience import short_patience

pytestmark = pytest.mark.django_db


LANES, MESSAGES = 3, 20
CERTAIN_SECONDS = sms.SEND_SECONDS + outcomes.LIST_LAG_SECONDS


@contextmanager
def twilio_lists_nothing(twilio: FakeTwilio) -> Iterator[None]:
    """Let the provider's list lag: it shows nothing that it accepted."""
    twilio.lists_nothing = True
    try:
        yield
    finally:
        twilio.lists_nothing = False


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
def test_an_answer_that_does_not_end_is_left_in_time_and_looked_up(twilio: FakeTwilio, new_message, fault) -> None:
    twilio.faults = [fault]
    message = new_message()

    with short_patience(twilio, fault):
        deliver_due()

    assert state_of(message) == (State.SENT, "found")
    assert len(twilio.accepted) == 1


@pytest.mark.parametrize("fault", [fake_twilio.ERROR_BEFORE, fake_twilio.HANG_BEFORE])
def test_an_unclear_answer_that_was_a_no_is_tried_once_more(twilio: FakeTwilio, new_message, fault) -> None:
    twilio.faults = [fault]
    message = new_message()

    with short_patience(twilio, fault):
        deliver_due()
    assert state_of(message)[0] == State.DUE
    let_time_pass(message, CERTAIN_SECONDS)
    deliver_due()

    assert state_of(message)[0] == State.SENT
    assert len(twilio.accepted) == 1


def test_a_list_that_lags_is_asked_again_before_a_text_goes_twice(twilio: FakeTwilio, new_message) -> None:
    """The line is cut, and the provider's list shows the message only some time after the provider took it."""
    twilio.faults = [fake_twilio.CUT_AFTER]
    message = new_message()
    with twilio_lists_nothing(twilio):
        deliver_due()
        let_time_pass(message, CERTAIN_SECONDS - 20)
        deliver_due()
    assert state_of(message) == (State.DUE, "not_found")

    let_time_pass(message, 20)
    deliver_due()

    assert state_of(message) == (State.SENT, "found")
    assert len(twilio.accepted) == 1


def test_the_rig_sees_a_text_twice_where_a_list_that_lags_is_believed(
    twilio: FakeTwilio, new_message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "LIST_LAG_SECONDS", -sms.SEND_SECONDS)
    twilio.faults = [fake_twilio.CUT_AFTER]
    message = new_message()

    with twilio_lists_nothing(twilio):
        deliver_due()
        make_due_again(message)
        deliver_due()

    assert len(twilio.accepted) == 2


def test_a_provider_that_hangs_holds_up_no_other(twilio: FakeTwilio, new_message, messages_dir) -> None:
    """One text is answered only when all the others have been taken."""
    twilio.faults = [fake_twilio.SLOW]
    twilio.is_enough = lambda: len(twilio.accepted) == 30
    for number in range(31):
        new_message(f"ABCD00{number:02}")
    email = new_message(channel=Channel.EMAIL)

    deliver_due()

    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {State.SENT}
    assert state_of(email)[0] == State.SENT
    assert twilio.calls == ["create"] * 31


def test_a_provider_that_hangs_with_all_is_left_alone(twilio: FakeTwilio, new_message, settings: Settings) -> None:
    settings.SMS_LANES = LANES
    twilio.faults = [fake_twilio.HANG_BEFORE] * MESSAGES
    for number in range(MESSAGES):
        new_message(f"ABCD00{number:02}")
    email = new_message(channel=Channel.EMAIL)

    with short_patience(twilio, fake_twilio.HANG_BEFORE):
        deliver_due()

    assert state_of(email)[0] == State.SENT
    # No lane begins another call before the answers of all that are under way are settled.
    assert circuits.MOST_IN_A_ROW <= twilio.calls.count("create") < circuits.MOST_IN_A_ROW + LANES
    assert set(OutboxMessage.objects.filter(channel=Channel.SMS).values_list("state", flat=True)) == {State.DUE}


def test_the_rig_sees_all_called_where_no_circuit_opens(
    twilio: FakeTwilio, new_message, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuits, "MOST_IN_A_ROW", 1000)
    settings.SMS_LANES = LANES
    twilio.faults = [fake_twilio.HANG_BEFORE] * MESSAGES
    for number in range(MESSAGES):
        new_message(f"ABCD00{number:02}")

    with short_patience(twilio, fake_twilio.HANG_BEFORE):
        deliver_due()

    assert twilio.calls.count("create") == MESSAGES


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

    decisions.retry(messages=OutboxMessage.objects.filter(pk=message.pk), now=timezone.now())
    deliver_due()

    assert state_of(message) == (State.SENT, "found")
    assert len(twilio.accepted) == 1


def leave_behind(message):
    """Let a worker die while it hands a message over."""
    now = timezone.now()
    (claimed,) = claims.claim_due(now=now, limit=1, channel=Channel(message.channel))
    begin_call(claimed, now=now)
    OutboxMessage.objects.update(lease_until=now - timedelta(seconds=1))


@pytest.fixture
def mail_server(settings: Settings, messages_dir) -> Iterator[FakeSmtp]:
    with fake_smtp.running() as server:
        settings.EMAIL_URL = f"smtp://127.0.0.1:{server.port}"
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 60
        yield server


def test_an_email_that_may_have_left_goes_once_more_by_the_same_name(mail_server: FakeSmtp, new_message) -> None:
    """A mail server keeps no list. Whoever gets the e-mail twice has a server that knows the second by its name."""
    message = new_message(channel=Channel.EMAIL)
    mail_server.answers[fake_smtp.CONTENT] = fake_smtp.CUT
    deliver_due()
    assert state_of(message) == (State.DUE, "smtp SMTPServerDisconnected")
    mail_server.answers.clear()

    make_due_again(message)
    deliver_due()

    assert state_of(message)[0] == State.SENT
    names = [message_from_bytes(octets)["Message-ID"] for octets in mail_server.accepted]
    assert len(names) == 2
    assert names[0] == names[1]


def test_an_email_that_may_have_left_twice_is_left_to_a_person(mail_server: FakeSmtp, new_message) -> None:
    message = new_message(channel=Channel.EMAIL)
    mail_server.answers[fake_smtp.CONTENT] = fake_smtp.CUT

    for _ in range(3):
        deliver_due()
        make_due_again(message)

    assert state_of(message) == (State.UNKNOWN, "smtp SMTPServerDisconnected")
    assert len(mail_server.accepted) == 2


def test_an_email_that_brings_its_worker_down_twice_is_left_to_a_person(mail_server: FakeSmtp, new_message) -> None:
    message = new_message(channel=Channel.EMAIL)
    leave_behind(message)
    leave_behind(message)

    deliver_due()

    assert state_of(message) == (State.UNKNOWN, "smtp_cannot_tell")
    assert mail_server.accepted == []


def test_the_same_words_of_an_earlier_message_are_not_taken_for_this_one(
    twilio: FakeTwilio, new_message, settings: Settings
) -> None:
    settings.SMS_LANES = 1
    earlier, later = new_message(offset="3d"), new_message(offset="1d")
    twilio.faults = [fake_twilio.NONE, fake_twilio.ERROR_BEFORE]

    deliver_due()
    let_time_pass(later, CERTAIN_SECONDS)
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
