"""A shop that is full, and what became of those who wait for it."""

from datetime import time, timedelta

from booking.bookings.lifecycle import cancel_booking
from booking.models import WaitingListEntry
from booking.who import Who
from notifications.models import OutboxMessage
from tests.factories import NOW, at, make_booking, make_store

MINUTE = timedelta(minutes=1)


def full_store(*, capacity=1, times=1, **fields):
    """Return a shop with few times a day, all of the Tuesday's taken, and what took them."""
    closes = (at(10) + timedelta(minutes=15 * times)).time()
    store = make_store(capacity=capacity, hours=((time(10), closes),), **fields)
    bookings = [
        make_booking(store, starts_at=at(10, 15 * number), phone=f"+336123{number:02d}{place:03d}")
        for number in range(times)
        for place in range(capacity)
    ]
    return store, bookings


def free(booking, *, now=NOW):
    cancel_booking(booking_id=booking.pk, who=Who.customer(now))


def statuses():
    return list(WaitingListEntry.objects.order_by("pk").values_list("status", flat=True))


def told():
    return list(
        OutboxMessage.objects.filter(kind="place_offered").order_by("pk").values_list("subject", "sequence", "channel")
    )
