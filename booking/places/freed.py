"""The signal to the waiting list that places may have come free at a store and can be offered.

It is only a hint: without it, or without the queue, the sweep of `booking.tasks.offer_places` finds the place.
"""

import logging
from functools import partial

from django.db import transaction
from django_q.tasks import async_task

from booking.models import WaitingListEntry, WaitingStatus

log = logging.getLogger(__name__)


def announce_on_commit(store_id: int) -> None:
    """Send the signal when the transaction commits, once for all places that it frees at a store."""
    rung = (entry[1] for entry in transaction.get_connection().run_on_commit)
    if not any(isinstance(one, partial) and one.func is _ring and one.args == (store_id,) for one in rung):
        transaction.on_commit(partial(_ring, store_id), robust=True)


def _ring(store_id: int) -> None:
    if not WaitingListEntry.objects.filter(store_id=store_id, status=WaitingStatus.WAITING).exists():
        return
    try:
        async_task("booking.tasks.offer_places", store_id)
    except Exception as error:  # noqa: BLE001 -- whatever the queue's trouble, the next sweep looks at every store
        log.warning("doorbell_failed", extra={"error": type(error).__name__})
