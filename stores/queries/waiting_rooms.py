"""Waiting rooms of stores: which stores have one, and when their bookings open."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from stores.bounded_cache import BoundedCache
from stores.models import Store

KNOWN_FOR = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class WaitingRoom:
    """A store's waiting room; `opens_at` is when its bookings open, None if they are open at any time."""

    opens_at: datetime | None

    def is_closed(self, now: datetime) -> bool:
        """Tell whether bookings have not opened yet."""
        return self.opens_at is not None and now < self.opens_at


@dataclass(frozen=True, slots=True)
class _Known:
    """All waiting rooms by store, as this process read them last."""

    read_at: datetime
    rooms: dict[str, WaitingRoom]


_known: BoundedCache[str, _Known] = BoundedCache(1)


def known_waiting_room(slug: str, *, now: datetime) -> WaitingRoom | None:
    """Return a store's waiting room as it was within the last 10 seconds; None if it has none.

    For callers that must not ask the database each time. One statement every 10 seconds, for all stores.
    """
    known = _known.get(connection.alias)
    if known is None or not known.read_at <= now < known.read_at + KNOWN_FOR:
        rows = Store.objects.filter(has_waiting_room=True).values_list("slug", "bookings_open_at")
        known = _Known(now, {slug: WaitingRoom(opens_at) for slug, opens_at in rows})
        _known.keep(connection.alias, known)
    return known.rooms.get(slug)


def waiting_room_of(has_waiting_room: object, bookings_open_at: datetime | None) -> WaitingRoom | None:
    """Return the waiting room that a store's row tells, in the form that either database gives."""
    if not has_waiting_room:
        return None
    if bookings_open_at is not None and bookings_open_at.tzinfo is None:  # SQLite stores instants in UTC
        bookings_open_at = bookings_open_at.replace(tzinfo=UTC)
    return WaitingRoom(bookings_open_at)
