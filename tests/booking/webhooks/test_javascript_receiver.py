"""The published JavaScript library of Standard Webhooks verifies what we send."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from booking.webhooks.administration import renew_secret
from stores.models import Store
from tests.booking.webhooks.events_told import bodies, follow, tell
from tests.factories import NOW, make_booking, make_store
from tests.node import run_in_node
from tests.webhook_receiver import Received, WebhookReceiver

pytestmark = pytest.mark.django_db


def request(got: Received, secret: str, *, at: datetime = NOW, **changed: str) -> dict[str, Any]:
    told = {"secret": secret, "body": got.body.decode(), "headers": got.headers, "arrives_at": at.isoformat()}
    return {**told, **changed}


def verify(*requests: dict[str, Any]) -> Any:
    return run_in_node("verify_webhooks.mjs", requests, package="standardwebhooks")


def test_event_is_verified_and_a_changed_or_late_one_refused(receiver: WebhookReceiver) -> None:
    store: Store = make_store(name="Café du Port")
    _, secret = follow(store, receiver)
    make_booking(store)
    tell()

    (got,) = receiver.received
    (sent,) = bodies(receiver)
    said = verify(
        request(got, secret),
        request(got, secret, body=got.body.decode().replace("created", "changed")),
        request(got, "whsec_" + "A" * 44),
        request(got, secret, at=NOW + timedelta(minutes=6)),
    )
    assert said == [sent, None, None, None]


def test_both_secrets_verify_while_a_new_one_takes_over(receiver: WebhookReceiver) -> None:
    store = make_store()
    webhook, old = follow(store, receiver)
    _, new = renew_secret(store_id=store.pk, webhook_id=webhook.pk, user=None, now=NOW)
    make_booking(store)
    tell()

    (got,) = receiver.received
    (sent,) = bodies(receiver)
    assert verify(request(got, old), request(got, new)) == [sent, sent]
