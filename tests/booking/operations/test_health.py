"""What watchers are told: alive, ready or why not, and figures that name nobody."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import limits
from booking.models import Webhook, WorkerBeat
from booking.operations import health
from booking.operations.backup_times import last_backup
from booking.waiting_room.door import admit
from booking.web import durations
from booking.webhooks.administration import add_webhook
from notifications import circuits
from notifications.models import Channel
from notifications.tasks import deliver_due
from stores.queries import WaitingRoom
from tests.factories import make_booking, make_store

pytestmark = pytest.mark.django_db
GROWING = ("booking_booking", "notifications_outboxmessage")


@pytest.fixture
def beat(now: datetime) -> WorkerBeat:
    return WorkerBeat.objects.create(executed_at=now)


def reads_a_whole_table(sql: str) -> bool:
    """Tell whether a statement reads a table that grows otherwise than from one place of an index to another."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            return any(step.startswith(tuple(f"SCAN {table}" for table in GROWING)) for *_, step in cursor.fetchall())
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        (found,) = cursor.fetchone()
    plans = json.loads(found) if isinstance(found, str) else found
    return _is_whole(plans[0]["Plan"])


def _is_whole(plan: dict[str, Any]) -> bool:
    has_condition = "Index Cond" in plan or "Recheck Cond" in plan
    is_whole = plan.get("Relation Name") in GROWING and not has_condition
    return is_whole or any(_is_whole(part) for part in plan.get("Plans", ()))


def wrong(client: Client) -> list[str]:
    answer = client.get("/readyz")
    assert answer.status_code == (503 if answer.json()["wrong"] else 200)
    assert answer.json()["ready"] is (answer.status_code == 200)
    return list(answer.json()["wrong"])


def test_process_that_answers_is_alive(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(("seconds", "is_ready"), [(0, True), (119, True), (120, False), (-119, True), (-3600, False)])
def test_readiness_needs_a_look_within_the_last_120_seconds(
    client: Client, beat: WorkerBeat, now: datetime, seconds: int, is_ready: bool
) -> None:
    with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
        assert wrong(client) == ([] if is_ready else ["worker: none has looked at the outbox in the last 120 s"])


def test_readiness_needs_a_first_look(client: Client) -> None:
    assert wrong(client) == ["worker: none has looked at the outbox yet"]


def test_readiness_of_the_web_alone_only_warns_of_a_worker_that_is_away(client: Client) -> None:
    answer = client.get("/readyz?part=web")

    assert (answer.status_code, answer.json()) == (
        200, {"ready": True, "wrong": [], "warnings": ["worker: none has looked at the outbox yet"]},
    )  # fmt: skip


def test_readiness_needs_all_migrations(client: Client, beat: WorkerBeat, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'booking'")
    with time_machine.travel(now, tick=False):
        assert wrong(client) == ["schema: migrations have not been applied"]


@pytest.mark.parametrize(
    ("free", "flag", "said"),
    [(10**6, 0, []), (10, 0, ["database: the disk is full"]), (10**6, os.ST_RDONLY, ["database: read-only"])],
)
def test_disk_that_cannot_take_more_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, flag: int, said: list[str]
) -> None:
    disk = SimpleNamespace(f_bavail=free, f_frsize=4096, f_flag=flag)
    monkeypatch.setattr(os, "statvfs", lambda path: disk)
    database = tmp_path / "books.sqlite3"
    database.touch()

    assert list(health._wrong_with_disk(database)) == said


def test_provider_that_takes_nothing_is_a_warning_and_turns_nothing_red(
    client: Client, beat: WorkerBeat, now: datetime
) -> None:
    circuits.note_trouble(Channel.SMS, reason="credentials", opens=True, now=now)

    with time_machine.travel(now, tick=False):
        assert wrong(client) == []
        (warning,) = client.get("/readyz").json()["warnings"]
        figures = client.get("/metrics").content.decode()

    assert warning == f"sms: nothing is taken since {now:%Y-%m-%dT%H:%M:%SZ} (credentials); messages wait"
    assert 'carillon_circuit_open{channel="sms"} 1.0' in figures
    assert 'carillon_circuit_open{channel="email"} 0.0' in figures
    circuits.note_answer(Channel.SMS, now=now)
    with time_machine.travel(now, tick=False):
        assert client.get("/readyz").json()["warnings"] == []
        assert 'carillon_circuit_open{channel="sms"} 0.0' in client.get("/metrics").content.decode()


def test_figures_name_nobody(client: Client, beat: WorkerBeat) -> None:
    booking = make_booking(make_store())

    text = client.get("/metrics").content.decode()

    assert 'carillon_outbox_messages{state="due"}' in text
    assert "carillon_worker_last_task_seconds" in text
    for secret in (booking.name, booking.phone, booking.reference, booking.email or booking.name):
        assert secret not in text


def test_figures_tell_who_waits_in_the_room_which_webhooks_rest_and_the_age_of_the_backup(
    client: Client, beat: WorkerBeat, now: datetime, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR, settings.RATE_LIMITS, settings.WAITING_ROOM_PER_MINUTE = tmp_path, True, 6
    limits._limiter.cache_clear()
    store = make_store()
    add_webhook(store_id=store.pk, address="https://other.example.org/", user=None, now=now)
    Webhook.objects.update(rests_until=now + timedelta(minutes=1))
    last_backup().touch()
    taken_at = (now - timedelta(hours=2)).timestamp()
    os.utime(last_backup(), (taken_at, taken_at))
    for _ in range(4):
        admit(store.slug, WaitingRoom(opens_at=None), now=now)

    with time_machine.travel(now, tick=False):
        text = client.get("/metrics").content.decode()

    limits._limiter.cache_clear()
    assert "carillon_waiting_room_visitors 3.0" in text  # the first goes in at once
    assert "carillon_waiting_room_seconds 30.0" in text
    assert "carillon_webhooks_resting 1.0" in text
    assert "carillon_last_backup_seconds 7200.0" in text


def test_figures_tell_how_long_requests_took_and_how_large_the_database_is(
    client: Client, beat: WorkerBeat, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(durations._Process, "file", None)
    store = make_store()

    client.get(f"/s/{store.slug}/book/")
    client.get("/nowhere/")
    text = client.get("/metrics").content.decode()

    assert 'carillon_request_seconds_count{pages="booking"} 1.0' in text
    assert 'carillon_request_seconds_bucket{le="+Inf",pages="other"} 1.0' in text
    assert 'carillon_request_seconds_count{pages="arrivals"} 0.0' in text
    assert store.slug not in text
    (line,) = [line for line in text.splitlines() if line.startswith("carillon_database_bytes ")]
    assert float(line.split()[1]) > 0 or connection.vendor == "sqlite"  # the tests' own stands in memory


def test_figures_tell_how_long_messages_waited(client: Client, beat: WorkerBeat, now: datetime) -> None:
    make_booking(make_store(), phone="+33612345601", now=now)
    with time_machine.travel(now + timedelta(seconds=30), tick=False):
        deliver_due()
        text = client.get("/metrics").content.decode()

    assert 'carillon_delivery_seconds_bucket{channel="sms",le="10"} 0.0' in text
    assert 'carillon_delivery_seconds_bucket{channel="sms",le="60"} 1.0' in text
    assert 'carillon_delivery_seconds_count{channel="sms"} 1.0' in text
    assert 'carillon_delivery_seconds_sum{channel="sms"} 30.0' in text
    assert 'carillon_delivery_seconds_count{channel="email"} 0.0' in text


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_watching_changes_nothing(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


def test_figures_cost_the_same_however_many_messages_and_visits_there_are(client: Client, beat: WorkerBeat) -> None:
    make_booking(make_store())

    with CaptureQueriesContext(connection) as captured:
        assert client.get("/metrics").status_code == 200

    asked = [one["sql"] for one in captured.captured_queries if any(table in one["sql"] for table in GROWING)]
    assert len(asked) == 5
    assert [sql for sql in asked if reads_a_whole_table(sql)] == []


@pytest.mark.parametrize(("where", "is_whole"), [("note = 'x'", True), ("reference = 'x'", False)])
def test_a_read_of_a_whole_table_is_seen(where: str, is_whole: bool) -> None:
    assert reads_a_whole_table(f"SELECT * FROM booking_booking WHERE {where}") is is_whole
