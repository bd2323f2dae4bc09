from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from notifications import bounded_http, outbox
from notifications.content import NewMessage
from notifications.models import Channel, OutboxMessage
from tests import fake_twilio
from tests.notifications.patience import PATIENCE_SECONDS, patient_within


@pytest.fixture
def messages_dir(settings, tmp_path: Path) -> Path:
    settings.MESSAGES_DIR = tmp_path / "outbox"
    settings.NOTIFICATIONS_COMPOSER = "tests.notifications.composer.read_ahead"
    settings.NOTIFICATIONS_ANSWER = "tests.notifications.composer.answer"
    settings.NOTIFICATIONS_UNANSWERED = "tests.notifications.composer.keep_for_person"
    return settings.MESSAGES_DIR


@pytest.fixture
def twilio(settings, messages_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[fake_twilio.FakeTwilio]:
    monkeypatch.setattr(bounded_http, "within", patient_within)
    for name in ("CONNECT_SECONDS", "READ_SECONDS"):
        monkeypatch.setattr(bounded_http, name, PATIENCE_SECONDS)
    with fake_twilio.running() as server:
        settings.SMS_GATEWAY = "twilio"
        settings.TWILIO_API_URL = server.url
        settings.TWILIO_ACCOUNT_SID = fake_twilio.ACCOUNT_SID
        settings.TWILIO_AUTH_TOKEN = fake_twilio.AUTH_TOKEN
        settings.TWILIO_FROM = fake_twilio.FROM
        server.hang_seconds = 2 * PATIENCE_SECONDS  # longer than any client here waits, on a busy machine too
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
