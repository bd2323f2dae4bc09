"""Locks that services take besides those of the rows they write, each until the transaction ends.

The order in which all services lock is written in `docs/decisions/0022-one-order-of-locks.md`: the kept answer of a
request, the store, its line, entries of the waiting list, bookings, holds, tickets, the customer, slots by start and
desk, messages, the store's days by date. Each level may be left out, none taken after a later one. SQLite's one writer
needs none of them.
"""

from django.db import connection

from booking.models import WaitingListEntry
from booking.tokens import keyed_digest
from stores.locks import SHARED

_LINE = "SELECT pg_advisory_xact_lock(7041, CAST(mod(%s, 2147483647) AS integer))"
_STORE_OF_BOOKING = f"""
SELECT {SHARED} FROM stores_store store
 WHERE store.id = (SELECT store_id FROM booking_booking WHERE id = %s) FOR SHARE
"""  # noqa: S608


def share_lock_store_of(booking_id: int) -> None:
    """Keep the hours of a booking's store as they are; with one statement."""
    _execute(_STORE_OF_BOOKING, [booking_id])


def lock_line(store_id: int) -> None:
    """Let what is done to a store's line at once follow one another: numbers are given once, and so are places.

    The caller has the store's lock.
    """
    _execute(_LINE, [store_id])


def lock_entry(entry_id: int) -> WaitingListEntry:
    """Lock an entry of the waiting list and return it is now; its hold is locked after it."""
    entries = WaitingListEntry.objects.select_related("store", "visit_type")
    return entries.select_for_update(of=("self",), no_key=True).get(pk=entry_id)


def lock_customer(phone: str, email: str) -> None:
    """Let writes of one customer follow one another, as none would see another that is still open."""
    contacts = [contact for contact in (phone, email) if contact]
    keys = sorted(int(keyed_digest("contact", contact)[:15], 16) for contact in contacts)
    if keys:
        _execute("SELECT " + ", ".join(["pg_advisory_xact_lock(%s)"] * len(keys)), keys)


def lock_client(digest: str) -> None:
    """Let holds that one client makes at once follow one another. It is taken where the customer's lock is."""
    _execute("SELECT pg_advisory_xact_lock(%s)", [int(digest[:15], 16)])


def lock_offers(store_id: int) -> None:
    """Let passes over a store's waiting list follow each other, or two might offer out of turn; before the store's."""
    _execute("SELECT pg_advisory_xact_lock(%s)", [int(keyed_digest("waiting_list", str(store_id))[:15], 16)])


def _execute(sql: str, values: list[int]) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
