"""The database that is measured: stores, and bookings with their history and messages, as years of work leave them.

    DATABASE_URL=postgres://... python -m bench.seed --bookings 100000 [--stores 10]

For PostgreSQL, empty or with tables. Ten stores have 40 quarter-hour slots a day, of five places, and share the
bookings: up to half of them, two a slot, are to come, the others lie in the past. The last of the ten has a day of 500.
Further stores are set up and empty. Prints what a client needs to know, as one line of JSON.
"""

import argparse
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking.settings")

import django

django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, models
from django.test import Client
from knox.models import AuthToken

from booking.models import Actor, Booking, BookingEvent, EventKind, Source, Status
from booking.tokens import new_reference
from notifications.models import Channel, OutboxMessage, State
from stores.models import Desk, OpeningHours, Role, Slot, Store, StoreDay, StoreMembership, VisitType

BUSY_STORES = 10
SLOTS_A_DAY = 40
PLACES = 5
HORIZON_DAYS = 62
BUSY_DAY_IN, BUSY_DAY_BOOKINGS = 40, 500
DAYS_TO_COME, MOST_TO_COME = 60, 60 * SLOTS_A_DAY * 2
KEPT_DAYS = 90
ZONE = ZoneInfo("Europe/Paris")
NOW = datetime.now(UTC)
TODAY = NOW.astimezone(ZONE).date()
BUSY_DAY = TODAY + timedelta(days=BUSY_DAY_IN)


def make_stores(count: int) -> list[Store]:
    """Make stores s0, s1 ... with a desk, a visit type and hours; return them."""
    Store.objects.bulk_create(
        (
            Store(slug=f"s{number}", name=f"Bench {number}", town="Niort", country="FR", latitude=46.3, longitude=-0.4,
                  time_zone=str(ZONE), booking_horizon_days=HORIZON_DAYS, created_at=NOW)
            for number in range(count)
        ),
        batch_size=1000,
    )  # fmt: skip
    made = list(Store.objects.order_by("pk"))
    Desk.objects.bulk_create(
        (Desk(store=store, slug="main", name="Main desk", capacity=PLACES) for store in made), batch_size=1000
    )
    VisitType.objects.bulk_create(
        (VisitType(store=store, slug="visit", name="Visit", max_party_size=4) for store in made), batch_size=1000
    )
    OpeningHours.objects.bulk_create(
        (
            OpeningHours(store=store, weekday=day, opens=time(8), closes=time(18))
            for store in made for day in range(7)
        ),
        batch_size=5000,
    )  # fmt: skip
    return made


def starts(count: int, chance: random.Random, *, is_busy: bool) -> Counter[tuple[date, int]]:
    """Return how many bookings of a store begin on which day, in which of its slots."""
    to_come = min(count // 2, MOST_TO_COME)
    past_days = max(60, (count - to_come) // (SLOTS_A_DAY * 3) + 1)
    wanted: Counter[tuple[date, int]] = Counter()
    for number in range(count):
        days = chance.randrange(1, DAYS_TO_COME + 1) if number < to_come else -chance.randrange(1, past_days + 1)
        day, slot = TODAY + timedelta(days=days), chance.randrange(SLOTS_A_DAY)
        while wanted[day, slot] == PLACES - 1:
            slot = (slot + 1) % SLOTS_A_DAY
            day += timedelta(days=(slot == 0) * (1 if days > 0 else -1))
        wanted[day, slot] += 1
    if is_busy:
        for slot in range(SLOTS_A_DAY):
            wanted[BUSY_DAY, slot] = BUSY_DAY_BOOKINGS // SLOTS_A_DAY + (slot < BUSY_DAY_BOOKINGS % SLOTS_A_DAY)
    return wanted


def visits(count: int, stores: list[Store]) -> Iterator[tuple[str, int, datetime, date, str, str]]:
    """Yield each booking: reference, store, start, day, status, phone."""
    chance, used = random.Random(7), set()
    for store in stores:
        for (day, slot), many in starts(count // len(stores), chance, is_busy=store == stores[-1]).items():
            begin = datetime.combine(day, time(8 + slot // 4, 15 * (slot % 4)), ZONE).astimezone(UTC)
            for _ in range(many):
                while (reference := new_reference()) in used:
                    continue
                used.add(reference)
                status = Status.COMPLETED if day < TODAY else Status.CONFIRMED
                yield reference, store.pk, begin, day, status, f"+336{chance.randrange(10**8):08d}"


def fill(bookings: int, stores: list[Store]) -> None:
    """Write the bookings, and all that came with them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE visit (reference text, store_id bigint, starts_at timestamptz, day date, status text,"
            " phone text)"
        )
        with cursor.copy("COPY visit FROM STDIN") as copy:
            for visit in visits(bookings, stores):
                copy.write_row(visit)
        cursor.execute("ANALYZE visit")
    ends = "v.starts_at + interval '15 minutes'"
    desks, visit_types = Desk._meta.db_table, VisitType._meta.db_table
    whole = f"FROM visit v JOIN {desks} d USING (store_id) JOIN {visit_types} t USING (store_id)"
    is_old = f"v.day < DATE '{TODAY - timedelta(days=KEPT_DAYS)}'"
    insert(
        Slot(capacity=PLACES),
        {"store_id": "v.store_id", "desk_id": "d.id", "starts_at": "v.starts_at", "ends_at": ends,
         "capacity": f"greatest({PLACES}, count(*))", "has_own_capacity": f"count(*) > {PLACES}",
         "places_taken": "count(*)", "places_taken_web": "count(*)"},
        f"{whole} GROUP BY v.store_id, d.id, v.starts_at",
    )  # fmt: skip
    insert(StoreDay(), {"store_id": "v.store_id", "date": "v.day"}, "FROM visit v GROUP BY v.store_id, v.day")
    insert(
        Booking(party_size=1, places=1, takes_web_places=True, source=Source.WEB, locale="fr", created_at=NOW,
                updated_at=NOW),
        {"reference": "v.reference", "store_id": "v.store_id", "desk_id": "d.id", "visit_type_id": "t.id",
         "starts_at": "v.starts_at", "ends_at": ends, "visit_date": "v.day", "status": "v.status",
         "name": f"CASE WHEN {is_old} THEN '' ELSE 'Ada Lovelace' END",
         "phone": f"CASE WHEN {is_old} THEN '' ELSE v.phone END",
         "erased_at": f"CASE WHEN {is_old} THEN {ends} + interval '{KEPT_DAYS} days' END"},
        f"{whole} ORDER BY v.starts_at",
    )  # fmt: skip
    fill_history()


def fill_history() -> None:
    """Write each booking's history, its confirmation and its reminder."""
    booked = f"FROM {Booking._meta.db_table} b JOIN {Store._meta.db_table} s ON s.id = b.store_id"
    event = BookingEvent(actor=Actor.CUSTOMER, at=NOW, happened_at=NOW, kind=EventKind.BOOKED)
    insert(event, {"booking_id": "b.id", "to_status": f"'{Status.CONFIRMED}'", "to_starts_at": "b.starts_at"}, booked)
    event.kind, event.actor = EventKind.COMPLETED, Actor.STAFF
    done = {"booking_id": "b.id", "from_status": f"'{Status.CONFIRMED}'", "to_status": "b.status", "at": "b.ends_at"}
    insert(event, done, f"{booked} WHERE b.status = '{Status.COMPLETED}'")
    for kind, offset, due in (
        ("confirmation", "", "b.created_at"),
        ("reminder", "1d", "b.starts_at - interval '1 day'"),
    ):
        message = OutboxMessage(kind=kind, offset=offset, sequence=0, channel=Channel.SMS, segments=1, created_at=NOW,
                                updated_at=NOW)  # fmt: skip
        is_to_go = f"{due} > timestamptz '{NOW.isoformat()}'"
        insert(
            message,
            {"uuid": "gen_random_uuid()", "account": "s.slug", "subject": "b.reference", "due_at": due, "try_at": due,
             "not_after": "b.starts_at", "attempts": f"CASE WHEN {is_to_go} THEN 0 ELSE 1 END",
             "state": f"CASE WHEN {is_to_go} THEN '{State.DUE}' ELSE '{State.DELIVERED}' END",
             "attempted_at": f"CASE WHEN {is_to_go} THEN NULL ELSE {due} END",
             "recipient_digest": "encode(sha256(b.phone::bytea), 'hex')"},
            booked,
        )  # fmt: skip


def insert(pattern: models.Model, varied: dict[str, str], source: str) -> None:
    """Write a row for each of a source: columns from expressions, or else as in the pattern."""
    columns, expressions, values = [], [], []
    for column in pattern._meta.concrete_fields:
        if column.primary_key and column.attname not in varied:
            continue
        columns.append(f'"{column.column}"')
        if column.attname in varied:
            expressions.append(varied[column.attname])
        else:
            expressions.append(f"%s::{column.db_type(connection)}")
            values.append(column.get_db_prep_save(getattr(pattern, column.attname), connection))
    sql = f'INSERT INTO "{pattern._meta.db_table}" ({", ".join(columns)}) SELECT {", ".join(expressions)} {source}'
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bookings", type=int, default=100_000)
    parser.add_argument("--stores", type=int, default=BUSY_STORES)
    asked = parser.parse_args()
    call_command("migrate", verbosity=0)
    stores = make_stores(max(asked.stores, BUSY_STORES))[:BUSY_STORES]
    user = User.objects.create_user("bench", password="a long bench password")
    StoreMembership.objects.bulk_create(StoreMembership(store=store, user=user, role=Role.MANAGER) for store in stores)
    fill(asked.bookings, stores)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    client = Client()
    client.force_login(user)
    told = {
        "bookings": Booking.objects.count(),
        "token": AuthToken.objects.create(user=user)[1],
        "session": client.cookies["sessionid"].value,
        "busy_day": str(BUSY_DAY),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
