from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from pytest_django import Settings

from tests.webhook_receiver import WebhookReceiver, running


@pytest.fixture
def receiver(settings: Settings) -> Iterator[WebhookReceiver]:
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    with running() as server:
        yield server
