"""Health of the server for monitoring: alive, ready, and figures without personal data."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from booking import limits
from booking.models import Booking, Hold, Status, Webhook, WorkerBeat
from booking.operations.backup_times import last_backup_at
from booking.operations.proxy_look import ASKED, tell_what_is_seen
from booking.waiting_room.door import room_crowd
from booking.web import replica
from booking.web.durations import BOUNDS_SECONDS, durations_folder, read_durations
from notifications import circuits, queries, sms_recipients
from notifications.models import Channel
from notifications.tallies import WITHIN_SECONDS, Waits, settled_counts, waits_by_channel

LEAST_FREE_BYTES = 256 * 1024  # a booking writes about 50 KiB to SQLite's log
WORKER_PATIENCE = timedelta(seconds=120)


def note_beat(*, now: datetime) -> None:
    """Record that a worker has just looked at the outbox."""
    WorkerBeat.objects.update_or_create(pk=1, defaults={"executed_at": now})


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that the process is alive."""
    response = HttpResponse("ok", content_type="text/plain; charset=utf-8")
    if ASKED in request.headers:
        tell_what_is_seen(request, response, now=timezone.now())
    return response


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer whether database, schema and worker are ready, and what is wrong otherwise.

    A provider that takes no messages is only a warning: bookings go on, and due messages wait. With `?part=web` so is
    a worker that is away: a balancer must not take the web from people who book because messages wait.
    """
    is_about_web = request.GET.get("part") == "web"
    wrong = list(_wrong_with_web()) if is_about_web else list(what_is_wrong())
    warnings = [] if wrong else [*_warnings(), *(_wrong_with_worker() if is_about_web else ())]
    return JsonResponse({"ready": not wrong, "wrong": wrong, "warnings": warnings}, status=503 if wrong else 200)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Return figures in the format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Books())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Books(Collector):
    """A collector of the figures that are read from the database on request."""

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        yield from _messages(now)
        yield from _budgets(now)
        yield from _circuits()
        yield GaugeMetricFamily(
            "carillon_busy_clients",
            "Connections that tried to book far more than a household does at one store, in about a day.",
            value=limits.busy_clients(),
        )
        yield from _visits(now)
        yield from _waiting_room(now)
        yield from _programs(now)
        yield from _durations()
        yield from _database()
        yield GaugeMetricFamily(
            "carillon_holds", "Places kept while somebody types.", value=Hold.objects.filter(expires_at__gt=now).count()
        )
        beat = WorkerBeat.objects.first()
        if beat is not None:
            age = max(0.0, (now - beat.executed_at).total_seconds())
            yield GaugeMetricFamily(
                "carillon_worker_last_task_seconds", "Since a worker looked at the outbox.", value=age
            )


def _messages(now: datetime) -> Iterator[Metric]:
    messages = GaugeMetricFamily(
        "carillon_outbox_messages",
        "Messages that are due by now, under way, or left to a person.",
        labels=["state"],
    )
    for state, count in queries.open_counts(now=now).items():
        messages.add_metric([state], count)
    yield messages
    settled = CounterMetricFamily(
        "carillon_messages", "Messages that a worker settled.", labels=["channel", "kind", "outcome"]
    )
    for ending, count in settled_counts().items():
        settled.add_metric(ending, count)
    yield settled
    yield GaugeMetricFamily(
        "carillon_outbox_oldest_due_seconds",
        "For how long the oldest due message has waited.",
        value=queries.oldest_due_seconds(now=now),
    )


def _circuits() -> Iterator[Metric]:
    opened = circuits.opened()
    waiting = GaugeMetricFamily(
        "carillon_circuit_open", "Whether the messages of a channel wait for its provider.", labels=["channel"]
    )
    for channel in Channel:
        waiting.add_metric([channel], channel in opened)
    yield waiting


def _visits(now: datetime) -> Iterator[Metric]:
    visits = GaugeMetricFamily(
        "carillon_bookings", "Bookings of the last and next 24 hours by status.", labels=["status"]
    )
    near = Booking.objects.filter(starts_at__gt=now - timedelta(days=1), starts_at__lt=now + timedelta(days=1))
    counted = dict(near.order_by().values_list("status").annotate(Count("pk")))
    for status in Status.values:
        visits.add_metric([status], counted.get(status, 0))
    yield visits


def _waiting_room(now: datetime) -> Iterator[Metric]:
    crowd = room_crowd(now=now)
    yield GaugeMetricFamily(
        "carillon_waiting_room_visitors", "Visitors who wait for their entry, all stores together.", value=crowd.count
    )
    yield GaugeMetricFamily(
        "carillon_waiting_room_seconds", "For how long somebody who comes now would wait.", value=crowd.seconds
    )


def _programs(now: datetime) -> Iterator[Metric]:
    """Yield what concerns machines beside this one: webhooks whose server takes nothing, and the last backup."""
    resting = Webhook.objects.filter(is_on=True, rests_until__gt=now).count()
    yield GaugeMetricFamily("carillon_webhooks_resting", "Webhooks whose server takes nothing.", value=resting)
    taken_at = last_backup_at()
    if taken_at is not None:
        age = max(0.0, (now - taken_at).total_seconds())
        yield GaugeMetricFamily("carillon_last_backup_seconds", "Since manage.py backup was here.", value=age)


def _durations() -> Iterator[Metric]:
    """Yield how long requests took on this machine, and how long messages waited until their provider took them."""
    requests = HistogramMetricFamily(
        "carillon_request_seconds", "How long requests took on this machine, by kind of page.", labels=["pages"]
    )
    for found in read_durations(durations_folder()):
        bounds = zip(map(str, BOUNDS_SECONDS), found.within, strict=True)
        requests.add_metric([found.pages], [*bounds, ("+Inf", found.requests)], found.seconds)
    yield requests
    deliveries = HistogramMetricFamily(
        "carillon_delivery_seconds",
        "How long messages that were sent waited from when they were due until their provider had taken them.",
        labels=["channel"],
    )
    waited = waits_by_channel()
    for channel in Channel:
        waits = waited.get(channel, Waits())
        bounds = zip(map(str, WITHIN_SECONDS), waits.within, strict=True)
        deliveries.add_metric([channel], [*bounds, ("+Inf", waits.count)], waits.seconds)
    yield deliveries


def _database() -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "carillon_database_bytes",
        "Size of the database; of SQLite, its file and what is not yet written into it.",
        value=database_bytes(),
    )


def database_bytes() -> int:
    """Return the size of the database in bytes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    path = str(connection.settings_dict["NAME"])
    return sum(Path(f"{path}{end}").stat().st_size for end in ("", "-wal") if Path(f"{path}{end}").exists())


def _budgets(now: datetime) -> Iterator[Metric]:
    left = GaugeMetricFamily(
        "carillon_sms_budget_left",
        "Texts that customers may still set off: this hour at all stores, today at the store that has least.",
        labels=["budget"],
    )
    left.add_metric(["hour"], max(0, settings.SMS_HOURLY_BUDGET - sms_recipients.texts_of_hour(now=now)))
    left.add_metric(["day"], max(0, sms_recipients.customers_budget() - sms_recipients.most_texts_of_day(now=now)))
    yield left


def what_is_wrong() -> Iterator[str]:
    """Yield why this installation is not ready; nothing where it is."""
    wrong = list(_wrong_with_web())
    yield from wrong or _wrong_with_worker()


def _wrong_with_web() -> Iterator[str]:
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            yield "schema: migrations have not been applied"
            return
    except DatabaseError as error:
        yield f"database: {type(error).__name__}"
        return
    if connection.vendor == "sqlite":
        yield from _wrong_with_disk(Path(connection.settings_dict["NAME"]))


def _wrong_with_worker() -> Iterator[str]:
    try:
        beat = WorkerBeat.objects.first()
    except DatabaseError as error:
        yield f"database: {type(error).__name__}"
        return
    if beat is None:
        yield "worker: none has looked at the outbox yet"
    elif not abs(timezone.now() - beat.executed_at) < WORKER_PATIENCE:
        yield f"worker: none has looked at the outbox in the last {WORKER_PATIENCE.seconds} s"


def _warnings() -> Iterator[str]:
    if replica.is_left():
        yield "replica: away or behind; the database answers all"
    for channel, opened in circuits.opened().items():
        yield f"{channel}: nothing is taken since {opened.at:%Y-%m-%dT%H:%M:%SZ} ({opened.reason}); messages wait"


def _wrong_with_disk(database: Path) -> Iterator[str]:
    """Return why SQLite could not write, without waiting for its lock."""
    disk = os.statvfs(database.parent)
    if disk.f_flag & os.ST_RDONLY or not (os.access(database, os.W_OK) and os.access(database.parent, os.W_OK)):
        yield "database: read-only"
    elif disk.f_bavail * disk.f_frsize < LEAST_FREE_BYTES:
        yield "database: the disk is full"
