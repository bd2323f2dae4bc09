"""The day schedule of 500 bookings: the page, a poll that brings nothing new, and what fifty open screens cost.

    .venv/bin/python bench/day.py

One client in the server's own process, on a database made for the purpose, as `bench/server_time.py`. Goals: at most
6 statements and a median below 40 ms for the page; below 3 ms and at most 2 statements beside the two of the sign-in
for a poll that brings nothing new; fifty screens that look every 2 s below a quarter of a core.
"""

import logging
from datetime import UTC, datetime, time, timedelta

from server_time import NOW, REPEATS, Client, add_bookings, call_command, make_store, measure

from django.contrib.auth.models import User  # isort: skip -- needs the set-up that server_time does

from booking.models import Booking, Status  # isort: skip
from notifications.models import Channel, Kind, OutboxMessage, State  # isort: skip
from stores.models import Role, Store, StoreMembership  # isort: skip

BOOKINGS = 500
SCREENS, EVERY_SECONDS = 50, 2


def tell_all(store: Store) -> None:
    """Give every visit a number of its own and its two messages, as the day has them in life."""
    bookings = list(Booking.objects.filter(store=store))
    for number, booking in enumerate(bookings):
        booking.phone = f"+336{10_000_000 + number * 7919}"
    Booking.objects.bulk_update(bookings, ["phone"], batch_size=200)
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            account=store.slug,
            subject=booking.reference,
            kind=kind,
            sequence=0,
            offset="",
            channel=Channel.SMS,
            due_at=NOW,
            not_after=booking.starts_at,
            try_at=NOW,
            state=State.DELIVERED,
            created_at=NOW,
            updated_at=NOW,
        )
        for booking in bookings
        for kind in (Kind.CONFIRMATION, Kind.REMINDER)
    )


def main() -> None:
    logging.disable(logging.CRITICAL)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    store = make_store()
    user = User.objects.create_user("bench", password="a long bench password")
    StoreMembership.objects.create(store=store, user=user, role=Role.MANAGER)
    staff = Client()
    staff.force_login(user)
    day = NOW.date() + timedelta(days=1)
    tomorrow = datetime.combine(day, time(7), UTC)
    add_bookings(store, first=tomorrow, count=BOOKINGS // 13 * 13, status=Status.CONFIRMED, per_slot=13)
    tell_all(store)
    path = f"/staff/{store.slug}/day/?date={day}"
    etag = staff.get(path)["ETag"]

    shown = Booking.objects.filter(visit_date=day).count()
    measure(f"day schedule, {shown} bookings", lambda: staff.get(path), 200)
    poll = measure("day schedule, unchanged", lambda: staff.get(path, headers={"If-None-Match": etag}), 304)
    share = poll / 1000 * SCREENS / EVERY_SECONDS
    print(f"{SCREENS} screens looking every {EVERY_SECONDS} s: {share:.0%} of a core ({REPEATS} repeats a figure)")


if __name__ == "__main__":
    main()
