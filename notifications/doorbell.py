"""The doorbell: a task in the queue that makes a worker look at the outbox now.

A task that nobody has begun finds whatever was committed before it begins. So a process that still has one in the queue
puts no other one there: in a rush, thousands of bookings ring a few times a second.
"""

import logging
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django_q.brokers import Broker, get_broker
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.tasks import async_task

log = logging.getLogger(__name__)

_WAITS = "SELECT 1 FROM django_q_ormq WHERE id = %s AND lock = %s"  # the queue dates a task on when a worker takes it
_rung: tuple[int, datetime] | None = None  # the last task of this process, as it was put into the queue


class _Noting:
    """A broker that notes the task which it puts into the queue of the database."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def __getattr__(self, name: str) -> Any:
        return getattr(self._broker, name)

    def enqueue(self, task: str) -> object:
        global _rung
        with transaction.atomic(using=Conf.ORM):  # no worker has dated it on before it is read
            pk = self._broker.enqueue(task)
            lock = OrmQ.objects.using(Conf.ORM).values_list("lock", flat=True).get(pk=pk)
        _rung = pk, lock
        return pk


def ring() -> None:
    """Ask a worker to look at the outbox now; if the queue is away, its timer finds what is due.

    The caller's messages are committed. One statement if the last task still waits.
    """
    try:
        if settings.REDIS_URL:
            async_task("notifications.tasks.deliver_due")
        elif not _still_waits():
            async_task("notifications.tasks.deliver_due", broker=_Noting(get_broker()))
    except Exception as error:  # noqa: BLE001 -- whatever the queue's trouble, the message is safely in the table
        log.warning("doorbell_failed", extra={"error": type(error).__name__})


def _still_waits() -> bool:
    if _rung is None:
        return False
    connection = connections[Conf.ORM]
    pk, lock = _rung
    with connection.cursor() as cursor:
        cursor.execute(_WAITS, [pk, connection.ops.adapt_datetimefield_value(lock)])
        return cursor.fetchone() is not None
