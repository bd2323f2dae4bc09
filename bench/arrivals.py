"""What the tablets at the doors cost: server time and statements of the day they keep, and 50 of them asking.

    .venv/bin/python bench/arrivals.py [--visits 500] [--tablets 50] [--every 3]

One client in the server's own process, on a database made for the purpose: SQLite, or what DATABASE_URL names (it
must be empty). Times hold the whole request, all middleware included; sign-in is its session, user and membership.
"""

import argparse
import time as clock
from datetime import UTC, datetime, timedelta

from server_time import REPEATS, make_store, measure

import logging  # isort: skip
from uuid import uuid4

from django.contrib.auth.models import User
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client

from booking.models import Actor, Booking, BookingEvent, EventKind, Source, Status
from booking.tokens import new_reference
from stores.models import Role, Store, StoreMembership

NOW = datetime.now(UTC)


def fill_today(store: Store, count: int) -> None:
    """Put visits into today, half of them checked in."""
    desk, kind = store.desks.get(), store.visit_types.get()
    bookings = Booking.objects.bulk_create(
        Booking(
            reference=new_reference(), store=store, desk=desk, visit_type=kind,
            starts_at=NOW + timedelta(minutes=number % 240), ends_at=NOW + timedelta(minutes=number % 240 + 15),
            visit_date=NOW.date(), party_size=1, places=1, takes_web_places=True,
            status=Status.CHECKED_IN if number % 2 else Status.CONFIRMED, source=Source.WEB,
            name=f"Ada Test{number}", phone=f"+3361234{number:04d}", note="Second floor", locale="fr",
            checked_in_at=NOW if number % 2 else None, created_at=NOW, updated_at=NOW,
        )
        for number in range(count)
    )  # fmt: skip
    events = [
        BookingEvent(booking=booking, kind=EventKind.CHECKED_IN, at=NOW, happened_at=NOW, actor=Actor.STAFF,
                     from_status=Status.CONFIRMED, to_status=Status.CHECKED_IN, action_id=uuid4())
        for booking in bookings if booking.status == Status.CHECKED_IN
    ]  # fmt: skip
    BookingEvent.objects.bulk_create(events)


def share_of_a_core(client: Client, path: str, etag: str, *, tablets: int, every: float) -> float:
    """Return how much of a core so many tablets keep busy that ask so often and hear of nothing new."""
    asked = 500
    begun = clock.process_time()
    for _ in range(asked):
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    return (clock.process_time() - begun) / asked * tablets / every


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--visits", type=int, default=500)
    parser.add_argument("--tablets", type=int, default=50)
    parser.add_argument("--every", type=float, default=3)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    store = make_store()
    user = User.objects.create_user("bench", password="a long bench password")
    StoreMembership.objects.create(store=store, user=user, role=Role.STAFF)
    client = Client()
    client.force_login(user)
    fill_today(store, asked.visits)
    page = f"/staff/{store.slug}/arrivals/"
    etag = client.get(f"{page}data/")["ETag"]

    def tap() -> HttpResponse:
        reference = waiting.pop()
        one = {"action_id": str(uuid4()), "step": "check_in", "happened_at": NOW.isoformat(), "reference": reference}
        return client.post(f"{page}actions/", {"actions": [one]}, content_type="application/json")

    waiting = list(Booking.objects.filter(status=Status.CONFIRMED).values_list("reference", flat=True))
    measure(f"the tablet's day, {asked.visits} visits", lambda: client.get(f"{page}data/"), 200)
    measure("the same, unchanged (304)", lambda: client.get(f"{page}data/", headers={"If-None-Match": etag}), 304)
    measure("the screen itself, nobody on it", lambda: client.get(f"{page}app/"), 200)
    if len(waiting) > REPEATS:
        measure("one tap", tap, 200)
    etag = client.get(f"{page}data/")["ETag"]
    share = share_of_a_core(client, f"{page}data/", etag, tablets=asked.tablets, every=asked.every)
    print(f"{asked.tablets} tablets asking every {asked.every:g} s: {share:.1%} of a core")


if __name__ == "__main__":
    main()
