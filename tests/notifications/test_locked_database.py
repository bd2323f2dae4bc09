"""The worker meets a lock: it keeps what it knows, and writes it down when it can."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.db import OperationalError
from django.utils import timezone

from notifications.dispatcher import Dispatcher
from notifications.models import OutboxMessage, State
from tests import fake_twilio
from tests.fake_twilio import FakeTwilio
from tests.locks import all_locked, impatiently
from tests.patience import LOCK_SECONDS
from tests.servers import wait_until


def test_what_a_provider_answered_is_kept_by_the_worker_until_it_can_be_written(
    transactional_db: None, twilio: FakeTwilio, new_message: Callable[[], OutboxMessage]
) -> None:
    message, dispatcher = new_message(), Dispatcher(timezone.now)
    twilio.faults = [fake_twilio.SLOW]
    answers: list[str] = []
    twilio.is_enough = lambda: bool(answers)
    run = partial(dispatcher.run, goes_on=lambda: True)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(impatiently, run)
        wait_until(lambda: twilio.calls, seconds=LOCK_SECONDS, what="called")
        with all_locked():
            answers.append("now")
            assert isinstance(first.exception(), OperationalError)
    run()

    message.refresh_from_db()
    assert (message.state, twilio.calls) == (State.SENT, ["create"])
