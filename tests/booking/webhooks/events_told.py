"""Helpers of the tests of webhooks."""

import json
from datetime import datetime, timedelta
from typing import Any

from booking.models import Webhook
from booking.webhooks.administration import add_webhook
from booking.webhooks.sending import Sender
from stores.models import Store
from tests.factories import NOW
from tests.webhook_receiver import WebhookReceiver


def follow(store: Store, receiver: WebhookReceiver) -> tuple[Webhook, str]:
    """Add a webhook of a store that leads to the receiver; return it and its secret."""
    found = add_webhook(store_id=store.pk, address=receiver.url, user=None, now=NOW)
    store.refresh_from_db()
    return found


def tell(now: datetime = NOW) -> int:
    """Tell what is due at a moment."""
    return Sender(lambda: now).run()


def bodies(receiver: WebhookReceiver) -> list[Any]:
    """Return what was received, in order."""
    return [json.loads(one.body) for one in receiver.received]


def types(receiver: WebhookReceiver) -> list[str]:
    """Return the types of what was received, in order."""
    return [one["type"] for one in bodies(receiver)]


def soon(now: datetime = NOW) -> datetime:
    """Return a moment at which the first pause and the first rest are over."""
    return now + timedelta(seconds=6)
