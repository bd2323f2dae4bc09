from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from notifications import outbox, tasks
from notifications.content import NewMessage
from notifications.models import Channel, OutboxMessage
from tests import fake_twilio


@pytest.fixture(autouse=True)
def rested(monkeypatch) -> None:
    """No test finds a provider left alone because it hung in the one before."""
    monkeypatch.setattr(tasks, "_resting", {})


@pytest.fixture
def messages_dir(settings, tmp_path: Path) -> Path:
    settings.MESSAGES_DIR = tmp_path / "outbox"
    settings.NOTIFICATIONS_COMPOSER = "tests.notifications.composer.compose"
    settings.NOTIFICATIONS_ANSWER = "tests.notifications.composer.answer"
    return settings.MESSAGES_DIR


@pytest.fixture
def twilio(settings, messages_dir: Path, monkeypatch) -> Iterator[fake_twilio.FakeTwilio]:
    with fake_twilio.running() as server:
        settings.SMS_GATEWAY = "twilio"
        settings.TWILIO_API_URL = server.url
        settings.TWILIO_ACCOUNT_SID = fake_twilio.ACCOUNT_SID
        settings.TWILIO_AUTH_TOKEN = fake_twilio.AUTH_TOKEN
        settings.TWILIO_FROM = fake_twilio.FROM
        # The same code with shorter patience, so that a server that hangs does not hold up the tests.
        server.hang_seconds = 1.6
        monkeypatch.setattr("notifications.bounded_http.READ_SECONDS", 0.7)
        monkeypatch.setattr("notifications.sms.SEND_SECONDS", 1)
        monkeypatch.setattr("notifications.sms.LIST_SECONDS", 1)
        monkeypatch.setattr("notifications.tasks.SLOW_SECONDS", 0.5)
        yield server


@pytest.fixture
def new_message() -> Callable[..., OutboxMessage]:
    def make(subject: str = "ABCD1234", channel: Channel = Channel.SMS, **changes: Any) -> OutboxMessage:
        now = timezone.now()
        values = {
            "account": "corner-shop",
            "subject": subject,
            "kind": "confirmation",
            "sequence": 0,
            "channel": channel,
            "due_at": now,
            "not_after": now + timedelta(days=1),
            **changes,
        }
        outbox.enqueue([NewMessage(**values)], now=now)
        return OutboxMessage.objects.latest("pk")

    return make
