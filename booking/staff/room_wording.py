"""How many people wait in the waiting room, in words for staff."""

from datetime import datetime
from math import ceil

from django.utils.translation import ngettext

from booking.waiting_room.door import count_before_opening, room_crowd
from stores.models import Store
from stores.queries import waiting_room_of


def room_words(store: Store, *, now: datetime) -> str:
    """Return how full the waiting room of a store is; "" if nobody waits, or it has none. One read of the counters."""
    room = waiting_room_of(store.has_waiting_room, store.bookings_open_at)
    if room is None:
        return ""
    if room.is_closed(now):
        count = count_before_opening(room, now=now)
        words = ngettext(
            "{count} person waits for bookings to open. All stores that open at that moment are counted together.",
            "{count} people wait for bookings to open. All stores that open at that moment are counted together.",
            count,
        )
        return words.format(count=count) if count else ""
    crowd = room_crowd(now=now)
    if not crowd.count:
        return ""
    words = ngettext(
        "{count} person waits in the waiting room to book, over all stores that have one.",
        "{count} people wait in the waiting room to book, over all stores that have one.",
        crowd.count,
    )
    minutes = ceil(crowd.seconds / 60)
    wait = ngettext(
        "Whoever comes now waits about {count} minute.", "Whoever comes now waits about {count} minutes.", minutes
    )
    return f"{words.format(count=crowd.count)} {wait.format(count=minutes)}"
