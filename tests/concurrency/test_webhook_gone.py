"""A server says that it is gone while a manager switches its webhook off: one waits for the other, and both end."""

from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network

from django.db import connections, transaction
from pytest_django import Settings

from booking.models import TellingState, Webhook, WebhookEvent
from booking.webhooks.administration import switch_off
from booking.webhooks.calls import CallResult
from booking.webhooks.claims import claim_event
from booking.webhooks.outcomes import record_result
from stores.locks import lock_store_alone
from tests.booking.webhooks.events_told import follow
from tests.factories import NOW, make_booking, make_store
from tests.threads import until_somebody_waits
from tests.webhook_receiver import running


def test_gone_server_and_a_manager_do_not_block_each_other(transactional_db: None, settings: Settings) -> None:
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    store = make_store()
    with running() as receiver:
        webhook, _ = follow(store, receiver)
    make_booking(store)
    event = claim_event(webhook.pk, now=NOW)
    assert event is not None

    def record() -> None:
        try:
            record_result(webhook, event, CallResult(410, "refused"), now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_store_alone(store.pk)
            worker = pool.submit(record)
            until_somebody_waits(1, or_done=worker.done)
            switch_off(store_id=store.pk, webhook_id=webhook.pk, reason="", user=None, now=NOW)
        worker.result()

    assert not Webhook.objects.get().is_on
    assert WebhookEvent.objects.get().state == TellingState.DROPPED
