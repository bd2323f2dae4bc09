"""Server time and SQL statements of what is asked most, with an empty history and with 100,000 bookings.

    .venv/bin/python bench/server_time.py [--bookings 100000]

One client in the server's own process, on a database made for the purpose: SQLite, or what DATABASE_URL names (it
must be empty). Times hold the whole request, all middleware included.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time as clock
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="bench-"))
os.environ["DJANGO_SETTINGS_MODULE"] = "booking.settings"
os.environ["RATE_LIMITS"] = "off"
os.environ.setdefault("ALLOWED_HOSTS", "testserver")

import django

django.setup()

import logging

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.models import Booking, Source, Status
from booking.tokens import new_reference
from stores.models import Desk, OpeningHours, Role, Slot, Store, StoreMembership, VisitType

REPEATS = 60
NOW = datetime.now(UTC)


def make_store() -> Store:
    """Return a store with 40 quarter-hour slots a day, each day of the week."""
    store = Store.objects.create(
        slug="bench-niort", name="Bench", town="Niort", country="FR", latitude=46.3, longitude=-0.4,
        time_zone="Europe/Paris", created_at=NOW,
    )  # fmt: skip
    Desk.objects.create(store=store, slug="main", name="Main desk", capacity=5)
    VisitType.objects.create(store=store, slug="visit", name="Visit", max_party_size=4)
    OpeningHours.objects.bulk_create(
        OpeningHours(store=store, weekday=day, opens=time(8), closes=time(18)) for day in range(7)
    )
    return store


def add_bookings(store: Store, *, first: datetime, count: int, status: Status, per_slot: int) -> None:
    """Fill slots from `first` on, `per_slot` bookings each; rows are made without the services, as history is."""
    desk, visit_type = store.desks.get(), store.visit_types.get()
    slots, bookings = [], []
    for number in range(0, count, per_slot):
        day, slot = divmod(number // per_slot, 40)
        starts_at = first + timedelta(days=day, minutes=15 * slot)
        ends_at = starts_at + timedelta(minutes=15)
        slots.append(
            Slot(store=store, desk=desk, starts_at=starts_at, ends_at=ends_at, capacity=5, places_taken=per_slot,
                 places_taken_web=per_slot)
        )  # fmt: skip
        bookings += [
            Booking(
                reference=new_reference(), store=store, desk=desk, visit_type=visit_type, starts_at=starts_at,
                ends_at=ends_at, visit_date=starts_at.date(), party_size=1, places=1, takes_web_places=True,
                status=status, source=Source.WEB, name="Ada Test", phone="+33612345678", locale="fr",
                created_at=NOW, updated_at=NOW,
            )
            for _ in range(per_slot)
        ]  # fmt: skip
    Slot.objects.bulk_create(slots, batch_size=2000, ignore_conflicts=True)
    Booking.objects.bulk_create(bookings, batch_size=2000)


def measure(name: str, call: Callable[[], HttpResponse], expected: int) -> float:
    """Print the median time of a call in milliseconds, and its SQL statements."""
    times = []
    for _ in range(REPEATS):
        begun = clock.perf_counter()
        answer = call()
        times.append((clock.perf_counter() - begun) * 1000)
        assert answer.status_code == expected, (name, answer.status_code, answer.content[:300])
    with CaptureQueriesContext(connection) as queries:
        call()
    median = statistics.median(times)
    print(f"{name:52} {median:7.2f} ms   p95 {sorted(times)[int(REPEATS * 0.95)]:7.2f} ms   {len(queries):2} SQL")
    return median


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bookings", type=int, default=100_000)
    count = parser.parse_args().bookings
    logging.disable(logging.CRITICAL)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    store = make_store()
    user = User.objects.create_user("bench", password="a long bench password")
    StoreMembership.objects.create(store=store, user=user, role=Role.MANAGER)
    client, staff = Client(), Client()
    staff.force_login(user)
    today = NOW.date()
    month = f"?visit_type=visit&from={today}&to={today + timedelta(days=27)}"
    free = f"/api/v1/stores/{store.slug}/availability{month}"
    tomorrow = datetime.combine(today + timedelta(days=1), time(7), UTC)

    def unchanged(one: Client, path: str) -> Callable[[], HttpResponse]:
        etag = one.get(path)["ETag"]
        return lambda: one.get(path, headers={"If-None-Match": etag})

    empty = measure("availability, 28 days, no bookings", lambda: client.get(free), 200)
    add_bookings(
        store, first=tomorrow - timedelta(days=1 + count // 160), count=count, status=Status.COMPLETED, per_slot=4
    )
    full = measure(f"availability, 28 days, {count} in the past", lambda: client.get(free), 200)
    print(f"{'  ratio':52} {full / empty:7.2f}")
    add_bookings(store, first=tomorrow, count=27 * 40 * 2, status=Status.CONFIRMED, per_slot=2)
    measure("availability, 28 days, every slot half taken", lambda: client.get(free), 200)
    measure("availability, unchanged (304)", unchanged(client, free), 304)
    measure("choose a time (page)", lambda: client.get(f"/s/{store.slug}/book/?visit_type=visit"), 200)
    busy = tomorrow + timedelta(days=26)
    add_bookings(store, first=busy, count=500 - 80, status=Status.CONFIRMED, per_slot=12)
    day = f"/api/v1/staff/stores/{store.slug}/day?date={busy.date()}"
    measure("day of 500 bookings (API)", lambda: staff.get(day), 200)
    measure("day, unchanged (304)", unchanged(staff, day), 304)
    measure("day of 500 bookings (page)", lambda: staff.get(f"/staff/{store.slug}/day/?date={busy.date()}"), 200)


if __name__ == "__main__":
    main()
