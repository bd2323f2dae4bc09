"""Sending of events: a few calls at once, at most one to each webhook, so that a slow server holds up no other.

Only the thread that runs the sender uses the database; the others only call.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from functools import partial
from typing import NamedTuple

from django.db import close_old_connections

from booking.models import Webhook, WebhookEvent
from booking.webhooks.addresses import BadAddress, read_address
from booking.webhooks.calls import CallResult, make_call
from booking.webhooks.claims import claim_event, waiting_webhooks
from booking.webhooks.outcomes import record_result
from booking.webhooks.signatures import event_body, open_address, signed_headers

LANES = 8
LOOK_EVERY_SECONDS = 2

log = logging.getLogger(__name__)


class _Call(NamedTuple):
    """A call under way."""

    webhook: Webhook
    event: WebhookEvent
    began: float  # by the monotonic clock


class Sender:
    """The one that tells webhooks what is due; `clock` tells the time."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._pool = ThreadPoolExecutor(LANES, thread_name_prefix="webhook")
        self._under_way: dict[Future[CallResult], _Call] = {}

    def run(self, *, goes_on: Callable[[], bool] = lambda: True) -> int:
        """Tell what is due; return how many events were tried. Once `goes_on` says no, nothing more is begun."""
        tried = 0
        while True:
            if goes_on():
                self._begin()
            if not self._under_way:
                return tried
            ended, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
            for future in ended:
                self._record(self._under_way.pop(future), future.result())
                tried += 1

    def _begin(self) -> None:
        """Claim events of webhooks that nobody here is calling, and call them."""
        busy = [call.webhook.pk for call in self._under_way.values()]
        if len(busy) >= LANES:
            return
        now = self._clock()
        for webhook in waiting_webhooks(now=now, limit=LANES - len(busy), but=busy):
            event = claim_event(webhook.pk, now=now)
            if event is not None:
                call = _Call(webhook, event, time.monotonic())
                self._under_way[self._pool.submit(self._prepared(call, now))] = call

    def _prepared(self, call: _Call, now: datetime) -> Callable[[], CallResult]:
        """Return what makes a call without the database."""
        body = event_body(call.event)
        headers = signed_headers(call.webhook, call.event, body, now=now)
        try:
            address = read_address(open_address(call.webhook))
        except BadAddress as error:
            return partial(CallResult, None, error.code)
        if headers is None:
            return partial(CallResult, None, "no_secret")
        return partial(make_call, address, body.encode(), headers)

    def _record(self, call: _Call, result: CallResult) -> None:
        record_result(call.webhook, call.event, result, now=self._clock())
        log.info(
            "webhook_called",
            extra={
                "webhook": call.webhook.pk,
                "webhook_event": str(call.event.uuid),
                "kind": call.event.type,
                "status": result.status,
                "reason": result.reason,
                "milliseconds": round((time.monotonic() - call.began) * 1000),
            },
        )


def keep_sending(stopping: threading.Event, *, clock: Callable[[], datetime]) -> None:
    """Tell what is due, at once and then every two seconds, until it is time to stop."""
    sender = Sender(clock)
    while not stopping.is_set():
        sender.run(goes_on=lambda: not stopping.is_set())
        close_old_connections()
        stopping.wait(LOOK_EVERY_SECONDS)
