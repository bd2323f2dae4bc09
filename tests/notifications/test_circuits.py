"""A provider that takes nothing from us: messages wait, one a minute goes to see, and nothing is given up."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from notifications import circuits, outbox
from notifications.models import Channel, Circuit, OutboxMessage, State
from notifications.tasks import deliver_due
from tests import fake_twilio
from tests.fake_twilio import FakeTwilio
from tests.notifications import fake_smtp

pytestmark = pytest.mark.django_db

NOW = timezone.now()
MINUTE = timedelta(minutes=1)


def trouble(now=NOW, *, channel=Channel.SMS, opens=False, reason="http_500"):
    return circuits.note_trouble(channel, reason=reason, opens=opens, now=now)


def events(caplog):
    return [(record.message, record.levelno) for record in caplog.records if record.message.startswith("circuit")]


def test_trouble_in_a_row_opens_the_circuit_of_its_channel(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(circuits.MOST_IN_A_ROW - 1):
        assert trouble() == "closed"
    assert circuits.opened() == {}

    assert trouble() == "just_opened"
    assert trouble(NOW + MINUTE, reason="http_503") == "open"

    assert circuits.opened() == {Channel.SMS: circuits.Opened(NOW, "http_503")}
    assert events(caplog) == [("circuit_opened", logging.ERROR)]


def test_an_answer_between_begins_the_count_anew() -> None:
    for _ in range(3):
        for _ in range(circuits.MOST_IN_A_ROW - 1):
            trouble()
        assert circuits.note_answer(Channel.SMS, now=NOW) is False

    assert circuits.opened() == {}


def test_a_key_that_is_refused_opens_at_once_and_an_answer_closes(caplog: pytest.LogCaptureFixture) -> None:
    assert trouble(opens=True, reason="credentials") == "just_opened"

    assert circuits.note_answer(Channel.SMS, now=NOW + 5 * MINUTE) is True
    assert circuits.note_answer(Channel.SMS, now=NOW + 5 * MINUTE) is False

    assert circuits.opened() == {}
    assert events(caplog) == [("circuit_opened", logging.ERROR), ("circuit_closed", logging.WARNING)]
    assert vars(caplog.records[-1])["seconds"] == 300


def test_one_of_all_processes_goes_to_see_each_minute() -> None:
    assert circuits.take_probe(Channel.SMS, now=NOW) is False  # it is closed
    trouble(opens=True)

    assert circuits.take_probe(Channel.SMS, now=NOW + circuits.PROBE_EVERY - timedelta(seconds=1)) is False
    assert circuits.take_probe(Channel.SMS, now=NOW + MINUTE) is True
    assert circuits.take_probe(Channel.SMS, now=NOW + MINUTE) is False
    assert circuits.take_probe(Channel.EMAIL, now=NOW + MINUTE) is False


def test_a_clock_that_ran_ahead_delays_no_probe() -> None:
    trouble(NOW + timedelta(hours=5), opens=True)

    assert circuits.take_probe(Channel.SMS, now=NOW) is True


def test_an_answer_of_a_channel_that_was_never_in_trouble_takes_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        circuits.note_answer(Channel.SMS, now=NOW)
    with django_assert_num_queries(1):
        circuits.opened()


def a_minute_later():
    """Bring all that waits for a time of its own a minute nearer, and what was a minute further away."""
    for message in OutboxMessage.objects.filter(state=State.DUE):
        attempted_at = message.attempted_at and message.attempted_at - MINUTE
        waiting = OutboxMessage.objects.filter(pk=message.pk)
        waiting.update(try_at=message.try_at - MINUTE, attempted_at=attempted_at)
    for circuit in Circuit.objects.all():
        if circuit.probe_at is not None:
            Circuit.objects.filter(pk=circuit.pk).update(probe_at=circuit.probe_at - MINUTE)


def states():
    return set(OutboxMessage.objects.values_list("state", "failures"))


def test_a_wrong_key_and_then_errors_for_two_hours_lose_nothing(
    twilio: FakeTwilio, new_message, settings: Settings
) -> None:
    for number in range(40):
        new_message(f"ABCD{number:04}", account=f"shop-{number}", not_after=timezone.now() + timedelta(days=2))
    settings.TWILIO_AUTH_TOKEN = "another"
    for _ in range(60):
        deliver_due()
        a_minute_later()
    assert len(twilio.calls) <= 60 + settings.SMS_LANES  # one a minute, and those under way when the first was refused
    settings.TWILIO_AUTH_TOKEN = fake_twilio.AUTH_TOKEN

    twilio.is_down, twilio.calls = True, []
    for _ in range(60):
        deliver_due()
        a_minute_later()
    assert twilio.calls.count("create") <= 60
    assert {state for state, _ in states()} == {State.DUE}
    twilio.is_down = False

    deliver_due()
    a_minute_later()
    deliver_due()

    assert {state for state, _ in states()} == {State.SENT}
    assert max(failures for _, failures in states()) <= 2  # the one that opened it has one of its own
    assert len({one["body"] for one in twilio.accepted}) == len(twilio.accepted) == 40


def test_what_may_have_left_waits_with_the_others_until_the_list_can_be_asked(
    twilio: FakeTwilio, new_message, settings: Settings
) -> None:
    settings.SMS_LANES = 1
    for number in range(6):
        new_message(f"ABCD000{number}", not_after=timezone.now() + timedelta(days=2))
    twilio.faults, twilio.is_list_away = [fake_twilio.ERROR_AFTER] * circuits.MOST_IN_A_ROW, True
    deliver_due()  # four were accepted, and nobody says so
    assert (Channel.SMS in circuits.opened(), len(twilio.accepted)) == (True, 4)
    twilio.is_down = True
    for _ in range(20):
        deliver_due()
        a_minute_later()
    assert {state for state, _ in states()} == {State.DUE}

    twilio.is_down, twilio.is_list_away = False, False
    deliver_due()

    assert {state for state, _ in states()} == {State.SENT}
    assert len(twilio.accepted) == 6


def test_the_messages_take_turns_in_going_to_see(twilio: FakeTwilio, new_message, settings: Settings) -> None:
    """One at which the provider stumbles must not keep the others from finding out that it is back."""
    settings.SMS_LANES = 1
    for number in range(3):
        new_message(f"ABCD000{number}")
    settings.TWILIO_AUTH_TOKEN = "another"
    deliver_due()
    a_minute_later()
    deliver_due()

    assert len({form["Body"] for form in twilio.forms}) == 2


def test_one_message_that_bars_us_while_others_pass_is_at_fault_itself(twilio: FakeTwilio, new_message) -> None:
    """A sender that may not write to one country: the others go on, and a person decides about this one."""
    message = new_message("ABCD0000")
    twilio.faults = ["21606"]
    deliver_due()
    for number in range(1, 6):
        message.refresh_from_db()
        assert (message.state, message.failures) == (State.DUE, number)
        new_message(f"ABCD000{number}")
        Circuit.objects.update(probe_at=timezone.now())
        twilio.faults = ["", "21606"]  # the new one passes, and this one is tried again
        deliver_due()

    message.refresh_from_db()
    assert (message.state, message.reason) == (State.DEAD, "sender")
    assert len(twilio.accepted) == 5


@pytest.mark.parametrize(("step", "told"), [(fake_smtp.GREETING, "421 away"), (fake_smtp.MAIL, "550 not you")])
def test_a_mail_server_that_takes_nothing_holds_up_no_text_and_loses_no_email(
    twilio: FakeTwilio, new_message, settings: Settings, step, told
) -> None:
    with fake_smtp.running() as server:
        settings.EMAIL_URL = f"smtp://127.0.0.1:{server.port}"
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 60
        server.answers[step] = told
        for number in range(6):
            new_message(f"ABCD000{number}", channel=Channel.EMAIL)
        for _ in range(20):
            deliver_due()
            a_minute_later()
        assert set(circuits.opened()) == {Channel.EMAIL}
        text = new_message("ABCD0009")
        deliver_due()
        text.refresh_from_db()
        assert text.state == State.SENT

        server.answers.clear()
        deliver_due()
        a_minute_later()
        deliver_due()

        assert {state for state, _ in states()} == {State.SENT}
        assert len(server.accepted) == 6


def test_what_waits_for_its_provider_is_brought_forward_and_nothing_else(new_message) -> None:
    waits, other = new_message("ABCD0001"), new_message("ABCD0002")
    later = timezone.now() + timedelta(hours=1)
    OutboxMessage.objects.filter(pk=waits.pk).update(try_at=later, reason="provider credentials")
    OutboxMessage.objects.filter(pk=other.pk).update(try_at=later, reason="unreachable")

    assert outbox.bring_forward(Channel.SMS, now=timezone.now()) == 1

    other.refresh_from_db()
    assert other.try_at == later


def test_a_probe_keeps_no_message_behind_that_a_worker_left(
    twilio: FakeTwilio, new_message, settings: Settings
) -> None:
    settings.TWILIO_AUTH_TOKEN = "another"
    left = new_message("ABCD0001", channel=Channel.EMAIL)
    OutboxMessage.objects.update(state=State.SENDING, attempts=1, failures=1, lease_until=NOW - MINUTE)
    new_message("ABCD0002")
    trouble(timezone.now() - 2 * MINUTE, opens=True, reason="credentials")

    deliver_due()

    left.refresh_from_db()
    assert (left.state, left.attempts) == (State.SENT, 2)


def test_a_message_that_needs_no_call_costs_no_probe(twilio: FakeTwilio, new_message) -> None:
    useless, other = new_message("SEES0001", not_after=timezone.now() - MINUTE), new_message("SEES0002")
    trouble(timezone.now(), opens=True)
    Circuit.objects.update(probe_at=timezone.now())

    deliver_due()

    assert [OutboxMessage.objects.get(pk=one.pk).state for one in (useless, other)] == [State.SKIPPED, State.SENT]
    assert circuits.opened() == {}
