"""Workers at once, and workers killed at any moment: each message is accepted once, none is lost."""

import os
import random
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from notifications import outbox, tasks
from notifications.content import NewMessage
from notifications.lanes import Call
from notifications.models import Channel, Circuit, OutboxMessage, State
from tests import fake_twilio
from tests.fake_twilio import FakeTwilio
from tests.servers import BASE, PATIENT, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

WAIT_SECONDS = 300
SHOPS = ("corner-shop", "market-shop", "harbor-shop")


@pytest.fixture
def start_worker(twilio, tmp_path):
    started = []
    environment = {
        **os.environ,
        **PATIENT,
        "DATABASE_URL": database_url(),
        "DATA_DIR": str(tmp_path / "data"),
        "SECRET_KEY": django_settings.SECRET_KEY,
        "SMS_GATEWAY": "twilio",
        "TWILIO_API_URL": twilio.url,
        "TWILIO_ACCOUNT_SID": fake_twilio.ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": fake_twilio.AUTH_TOKEN,
        "TWILIO_FROM": fake_twilio.FROM,
        "SMS_DAILY_BUDGET": "100000",
        "RATE_LIMITS": "off",
    }

    def start(*arguments, **changes):
        command = [sys.executable, "-m", "tests.notifications.worker", *arguments]
        full = {**environment, **changes}
        started.append(subprocess.Popen(command, cwd=BASE, env=full, stdout=subprocess.DEVNULL))
        return started[-1]

    yield start
    for worker in started:
        kill(worker)


def database_url():
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{Path(database['NAME']).resolve()}"
    return f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"


def kill(worker):
    with suppress(ProcessLookupError):
        worker.kill()
    worker.wait()


def write(count):
    now = timezone.now()
    outbox.enqueue(
        [
            NewMessage(
                account=SHOPS[number % len(SHOPS)], subject=f"ABCD{number:04}", kind="confirmation", sequence=0,
                channel=Channel.SMS, due_at=now, not_after=now + timedelta(days=1),
            )
            for number in range(count)
        ],
        now=now,
    )  # fmt: skip


def lease_runs_out():
    now = timezone.now()
    left_behind = OutboxMessage.objects.filter(state=State.SENDING)
    left_behind.update(lease_until=now - timedelta(seconds=1), attempted_at=now - outbox.LEASE)


def is_over():
    return not OutboxMessage.objects.filter(state__in=[State.DUE, State.SENDING]).exists()


def accepted_texts(twilio):
    return Counter(one["body"] for one in twilio.accepted)


@contextmanager
def killed_in_the_call(twilio, start_worker, fault):
    """Kill a worker while the provider has its call and has not answered."""
    twilio.faults, twilio.hang_seconds = [fault], 60
    write(1)
    worker = start_worker()
    called = twilio.accepted if fault == fake_twilio.HANG_AFTER else twilio.calls
    wait_until(lambda: called, seconds=WAIT_SECONDS, what="called")
    kill(worker)
    lease_runs_out()
    yield


@pytest.mark.parametrize("fault", [fake_twilio.HANG_AFTER, fake_twilio.HANG_BEFORE])
def test_a_worker_killed_in_the_call_sends_nothing_twice_and_loses_nothing(
    twilio: FakeTwilio, start_worker, fault
) -> None:
    with killed_in_the_call(twilio, start_worker, fault):
        tasks.deliver_due()

    assert OutboxMessage.objects.get().state == State.SENT
    assert accepted_texts(twilio) == {"About ABCD0000": 1}


def test_the_rig_sees_a_message_twice_where_the_list_is_not_asked(
    twilio: FakeTwilio, start_worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Call, "ask", lambda call: [])

    with killed_in_the_call(twilio, start_worker, fake_twilio.HANG_AFTER):
        tasks.deliver_due()

    assert accepted_texts(twilio) == {"About ABCD0000": 2}


def test_workers_at_once_send_each_message_once(twilio: FakeTwilio, start_worker) -> None:
    twilio.work_seconds = 0.005
    write(200)

    for _ in range(3):
        start_worker()
    sent = OutboxMessage.objects.filter(state=State.SENT)
    wait_until(lambda: sent.count() == 200, seconds=WAIT_SECONDS, what="sent")

    assert accepted_texts(twilio) == {f"About ABCD{number:04}": 1 for number in range(200)}


@pytest.mark.parametrize(
    ("environment", "accepted"), [({"RATE_LIMITS": "on"}, 5), ({"SMS_DAILY_BUDGET": "1"}, len(SHOPS))]
)
def test_workers_at_once_keep_to_the_share_of_a_number_and_of_a_store(
    twilio: FakeTwilio, start_worker, environment, accepted
) -> None:
    twilio.work_seconds = 0.01
    write(40)

    for _ in range(3):
        start_worker(**environment)
    wait_until(is_over, seconds=WAIT_SECONDS, what="over")

    assert len(twilio.accepted) == accepted


def test_workers_at_once_wait_for_a_provider_that_takes_nothing_and_give_up_no_message(
    twilio: FakeTwilio, start_worker
) -> None:
    """The key is refused, then everything is; each worker sees the same circuit, and one of them closes it."""
    twilio.key = "changed by somebody"
    write(60)
    for _ in range(3):
        start_worker("short")
    opened = Circuit.objects.filter(channel=Channel.SMS).exclude(opened_at=None)
    wait_until(opened.exists, seconds=WAIT_SECONDS, what="refused")
    twilio.is_down, twilio.key = True, fake_twilio.AUTH_TOKEN
    before = len(twilio.calls)
    wait_until(lambda: len(twilio.calls) > before + 10, seconds=WAIT_SECONDS, what="refused again")
    assert (twilio.accepted, is_over()) == ([], False)

    twilio.is_down = False
    wait_until(is_over, seconds=WAIT_SECONDS, what="over")

    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {State.SENT}
    assert accepted_texts(twilio) == {f"About ABCD{number:04}": 1 for number in range(60)}
    assert not Circuit.objects.exclude(opened_at=None).exists()


def test_workers_killed_at_random_send_each_message_once(twilio: FakeTwilio, start_worker) -> None:
    chance = random.Random(7)
    twilio.work_seconds, twilio.hang_seconds = 0.03, 2
    trouble = [fake_twilio.ERROR_AFTER, fake_twilio.ERROR_BEFORE, fake_twilio.CUT_AFTER, fake_twilio.BAD_JSON]
    twilio.faults = [chance.choice(trouble) if chance.random() < 0.08 else fake_twilio.NONE for _ in range(500)]
    write(120)
    workers = [start_worker("short") for _ in range(2)]

    for turn in range(14):
        before = len(twilio.calls)
        enough = before + chance.randrange(1, 9)
        wait_until(lambda: is_over() or len(twilio.calls) > enough, seconds=WAIT_SECONDS, what="sent")  # noqa: B023
        kill(workers[turn % 2])
        workers[turn % 2] = start_worker("short")
    wait_until(is_over, seconds=WAIT_SECONDS, what="over")

    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {State.SENT}
    assert accepted_texts(twilio) == {f"About ABCD{number:04}": 1 for number in range(120)}
