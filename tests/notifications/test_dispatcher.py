"""Many messages at once: few statements, kept connections, what was due at once first, and nobody starves."""

import logging
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from booking.models import Booking
from booking.operations.logs import JsonLine
from notifications import claims, dispatcher, outbox, tasks
from notifications.content import NewMessage
from notifications.dispatcher import Dispatcher
from notifications.models import Channel, OutboxMessage, State
from tests import fake_twilio
from tests.factories import make_booking, make_store
from tests.fake_twilio import FakeTwilio
from tests.notifications import fake_smtp
from tests.notifications.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def write_planned(new_message, count, **changes):
    """Write messages that were planned an hour ago and are due now."""
    for number in range(count):
        new_message(f"LATE{number:04}", due_at=timezone.now() + HOUR, **changes)
    planned = OutboxMessage.objects.filter(is_planned=True, state=State.DUE)
    planned.update(due_at=timezone.now(), try_at=timezone.now())


def bodies(twilio):
    return [one["body"].removeprefix("About ") for one in twilio.accepted]


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are settled when all have come, and none is slow: how many statements that takes goes by no clock."""
    monkeypatch.setattr(dispatcher, "SETTLE_EVERY_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(dispatcher, "SLOW_MILLISECONDS", PATIENCE_SECONDS * 1000)


@pytest.mark.usefixtures("unhurried")
def test_many_messages_take_less_than_a_statement_each(twilio: FakeTwilio, new_message) -> None:
    write_planned(new_message, 60)
    tasks._dispatcher()

    with CaptureQueriesContext(connection) as seen:
        tasks.deliver_due()

    assert len(twilio.accepted) == 60
    assert len(seen) <= 60


@pytest.mark.usefixtures("unhurried")
def test_reminders_with_all_that_they_read_take_less_than_a_statement_each(
    twilio: FakeTwilio, settings: Settings
) -> None:
    settings.NOTIFICATIONS_COMPOSER = "booking.messages.compose.read_ahead"
    store, now = make_store(capacity=100), timezone.now()
    bookings = [make_booking(store, phone=f"+336120000{number:02}") for number in range(60)]
    OutboxMessage.objects.all().delete()
    outbox.enqueue(
        [
            NewMessage(
                account=store.slug, subject=booking.reference, kind="reminder", sequence=0, channel=Channel.SMS,
                due_at=now, not_after=now + 72 * HOUR, offset="3d", is_limited=False,
            )
            for booking in bookings
        ],
        now=now,
    )  # fmt: skip
    Booking.objects.update(starts_at=now + 72 * HOUR, ends_at=now + 73 * HOUR)

    with CaptureQueriesContext(connection) as seen:
        tasks.deliver_due()

    assert len({one["to"] for one in twilio.accepted}) == 60
    assert len(seen) <= 60


def test_lanes_keep_their_connections(twilio: FakeTwilio, new_message, settings: Settings) -> None:
    settings.SMS_LANES = 3
    write_planned(new_message, 40)

    tasks.deliver_due()

    assert len(twilio.accepted) == 40
    assert len(twilio.clients) <= 3


def test_a_connection_that_the_provider_closed_is_not_used_again(
    twilio: FakeTwilio, new_message, settings: Settings
) -> None:
    settings.SMS_LANES = 1
    twilio.calls_by_one = 2
    write_planned(new_message, 7)

    tasks.deliver_due()

    assert twilio.calls == ["create"] * 7
    assert set(OutboxMessage.objects.values_list("state", "attempts")) == {(State.SENT, 1)}


def test_what_was_due_when_written_goes_before_what_was_planned(
    twilio: FakeTwilio, new_message, settings: Settings
) -> None:
    settings.SMS_LANES = 1
    write_planned(new_message, 5)
    new_message("NOW00001")

    tasks.deliver_due()

    assert bodies(twilio)[0] == "NOW00001"
    assert len(twilio.accepted) == 6


def test_a_store_with_many_messages_keeps_no_other_waiting(twilio: FakeTwilio, new_message, settings: Settings) -> None:
    settings.SMS_LANES = 1
    for number in range(40):
        new_message(f"MANY{number:04}", account="closing-shop")
    new_message("ONE00001", account="other-shop")

    tasks.deliver_due()

    assert len(twilio.accepted) == 41
    assert bodies(twilio).index("ONE00001") < 20  # the second claim, of as many as a lane keeps waiting


def test_a_store_that_crowds_comes_after_the_others_and_is_still_served(new_message) -> None:
    for number in range(3):
        new_message(f"MANY{number:04}", account="closing-shop")
    new_message("ONE00001", account="other-shop")

    claimed = claims.claim_due(now=timezone.now(), limit=2, channel=Channel.SMS, crowding=["closing-shop"])

    assert {message.subject for message in claimed} == {"ONE00001", "MANY0000"}


def test_a_message_that_may_bring_workers_down_is_claimed_alone(new_message) -> None:
    for number in range(4):
        new_message(f"ABCD000{number}")
    past = timezone.now() - HOUR
    OutboxMessage.objects.update(state=State.SENDING, lease_until=past, left_behind=claims.MOST_TOGETHER)
    OutboxMessage.objects.filter(subject="ABCD0003").update(left_behind=0)

    claimed = claims.claim_due(now=timezone.now(), limit=9, channel=Channel.SMS)

    assert sorted(message.subject for message in claimed) == ["ABCD0000", "ABCD0003"]


def test_a_run_that_is_to_end_begins_nothing_more_and_loses_nothing(
    twilio: FakeTwilio, new_message, settings: Settings
) -> None:
    settings.SMS_LANES = 1
    write_planned(new_message, 8)
    turns = iter([True, False, False])
    twilio.faults, ended = [fake_twilio.SLOW], threading.Event()
    twilio.is_enough = ended.is_set

    def goes_on() -> bool:
        may = next(turns)
        if not may:
            ended.set()
        return may

    handled, is_finished = Dispatcher(timezone.now).run(goes_on=goes_on)

    left = OutboxMessage.objects.filter(state=State.DUE)
    assert (handled, is_finished) == (8, False)
    assert set(left.values_list("failures", "attempted_at", "lease_until")) == {(0, None, None)}
    assert left.count() + len(twilio.accepted) == 8
    tasks.deliver_due()
    assert sorted(bodies(twilio)) == [f"LATE{number:04}" for number in range(8)]


def test_each_attempt_is_logged_with_the_providers_code_and_without_a_person(
    twilio: FakeTwilio, new_message, caplog: pytest.LogCaptureFixture
) -> None:
    twilio.faults = [fake_twilio.INVALID]
    message = new_message()
    caplog.set_level(logging.INFO, logger="notifications")

    tasks.deliver_due()

    attempts = [record for record in caplog.records if record.message == "message_attempt"]
    lines, first = [JsonLine().format(record) for record in attempts], vars(attempts[0])
    told = {
        "message_id": message.pk, "kind": "confirmation", "channel": "sms", "attempt": 1, "outcome": "refused",
        "reason": "invalid_number", "code": "21211",
    }  # fmt: skip
    assert {name: first[name] for name in told} == told
    assert isinstance(first["ms"], int)
    assert not any("33612345678" in line or "About" in line or "ABCD1234" in line for line in lines)


@pytest.mark.django_db(transaction=True)
def test_the_timer_sends_at_its_start_and_leaves_the_doorbell_nothing_to_do(twilio: FakeTwilio, new_message) -> None:
    new_message()
    stopping, by_the_doorbell = threading.Event(), []

    def note_look() -> None:
        by_the_doorbell.append(tasks.deliver_due())
        if twilio.accepted:
            stopping.set()

    tasks.keep_delivering(stopping, note_look=note_look)

    assert OutboxMessage.objects.get().state == State.SENT
    assert set(by_the_doorbell) == {0}
    assert tasks.deliver_due() == 0  # there is no timer any more, and nothing is due


def test_many_emails_go_by_one_connection(new_message, settings: Settings, messages_dir) -> None:
    settings.EMAIL_LANES = 1
    with fake_smtp.running() as server:
        by_smtp(settings, server)
        write_planned(new_message, 20, channel=Channel.EMAIL)

        tasks.deliver_due()

        assert (len(server.accepted), server.connections) == (20, 1)


def test_a_mail_server_that_closes_after_some_emails_gets_each_once(
    new_message, settings: Settings, messages_dir
) -> None:
    settings.EMAIL_LANES = 1
    with fake_smtp.running() as server:
        server.most_by_one = 3
        by_smtp(settings, server)
        write_planned(new_message, 20, channel=Channel.EMAIL)

        tasks.deliver_due()

        assert len(server.accepted) == 20
        assert set(OutboxMessage.objects.values_list("state", "attempts")) == {(State.SENT, 1)}


def by_smtp(settings, server):
    settings.EMAIL_URL = f"smtp://127.0.0.1:{server.port}"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 60


def test_a_lease_that_ended_in_the_meantime_is_not_settled_by_its_first_holder(new_message) -> None:
    new_message()
    (first,) = claims.claim_due(now=timezone.now(), limit=1, channel=Channel.SMS)
    OutboxMessage.objects.update(lease_until=timezone.now() - HOUR)
    (second,) = claims.claim_due(now=timezone.now(), limit=1, channel=Channel.SMS)

    assert outbox.settle_sent([(first, "SM1")], now=timezone.now()) == set()
    assert outbox.settle_sent([(second, "SM2")], now=timezone.now()) == {second.pk}
