"""The clock of a worker is moved while it runs: nothing goes twice, and nothing waits for the hour that it was."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from notifications import claims, outbox
from notifications.dispatcher import Dispatcher
from notifications.models import Channel, OutboxMessage, State
from notifications.tasks import deliver_due
from tests import fake_twilio
from tests.fake_twilio import FakeTwilio
from tests.notifications.message_states import begin_call, state_of

pytestmark = pytest.mark.django_db

AHEAD = timedelta(minutes=10)


class Clock:
    """A clock that may be moved."""

    ahead = timedelta()

    def __call__(self) -> datetime:
        return timezone.now() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


def run(dispatcher: Dispatcher) -> None:
    dispatcher.run(goes_on=lambda: True)


def test_what_a_worker_left_whose_clock_ran_ahead_is_taken_up_at_once(new_message) -> None:
    new_message()
    ahead = timezone.now() + AHEAD
    (left,) = claims.claim_due(now=ahead, limit=1, channel=Channel.SMS)
    assert begin_call(left, now=ahead)

    now = timezone.now()
    (again,) = claims.claim_due(now=now, limit=1, channel=Channel.SMS)

    assert (again.pk, again.attempted_at, again.is_misdated) == (left.pk, now, True)


def test_what_a_worker_put_off_whose_clock_ran_ahead_is_due_at_once(new_message) -> None:
    new_message()
    ahead = timezone.now() + AHEAD
    (message,) = claims.claim_due(now=ahead, limit=1, channel=Channel.SMS)
    outbox.put_back(message, try_at=ahead + AHEAD, reason="busy", may_have_left=False, failures=0, now=ahead)

    (again,) = claims.claim_due(now=timezone.now(), limit=1, channel=Channel.SMS)

    assert (again.pk, again.is_misdated) == (message.pk, False)


def test_hosts_whose_clocks_differ_a_little_leave_each_other_alone(new_message) -> None:
    new_message()
    claims.claim_due(now=timezone.now() + claims.CLOCKS_APART / 2, limit=1, channel=Channel.SMS)

    assert claims.claim_due(now=timezone.now(), limit=1, channel=Channel.SMS) == []


def test_a_text_sent_while_the_clock_ran_ahead_is_found_and_not_sent_again(
    twilio: FakeTwilio, new_message, clock: Clock
) -> None:
    message = new_message()
    clock.ahead = AHEAD
    twilio.faults, twilio.lists_nothing = [fake_twilio.ERROR_AFTER], True
    run(Dispatcher(clock))
    assert state_of(message)[0] == State.DUE

    twilio.lists_nothing = False
    deliver_due()

    assert state_of(message) == (State.SENT, "found")
    assert len(twilio.accepted) == 1


def test_a_text_is_found_by_a_clock_that_was_set_back_during_its_call(
    twilio: FakeTwilio, new_message, clock: Clock
) -> None:
    message = new_message()
    clock.ahead = AHEAD

    def set_back() -> bool:
        clock.ahead = timedelta()
        return True

    twilio.faults, twilio.is_enough = [fake_twilio.SLOW_CUT], set_back
    run(Dispatcher(clock))

    assert state_of(message) == (State.SENT, "found")
    assert len(twilio.accepted) == 1


def test_a_clock_that_goes_ahead_takes_no_call_for_long_over(twilio: FakeTwilio, new_message, clock: Clock) -> None:
    """Another worker is in the call; what is new goes on."""
    under_way = new_message()
    (held,) = claims.claim_due(now=clock(), limit=1, channel=Channel.SMS)
    assert begin_call(held, now=clock())
    dispatcher = Dispatcher(clock)
    new = new_message("ABCD0002")

    clock.ahead = AHEAD
    run(dispatcher)

    assert twilio.calls == ["create"]
    assert (state_of(under_way)[0], state_of(new)[0]) == (State.SENDING, State.SENT)
    dispatcher._is_sure_from = 0.0
    run(dispatcher)
    assert twilio.calls[:2] == ["create", "list"]


def test_a_question_put_off_is_not_asked_early_by_a_clock_that_goes_ahead(
    twilio: FakeTwilio, new_message, clock: Clock
) -> None:
    new_message()
    twilio.faults = [fake_twilio.ERROR_BEFORE]
    dispatcher = Dispatcher(clock)
    run(dispatcher)
    asked = twilio.calls.count("list")

    clock.ahead = AHEAD
    run(dispatcher)

    assert twilio.calls.count("list") == asked
    assert OutboxMessage.objects.get().state == State.DUE
