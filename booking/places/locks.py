"""Locks that services take besides those of the rows they write, each held until the transaction ends.

All services lock in one order, which is written in `docs/decisions/0022-one-order-of-locks.md`. A service may skip a
level, but must not take it after a later one. SQLite has one writer and needs no locks.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from booking.models import Hold, WaitingListEntry
from booking.models.joint_writes import can_join_writes
from booking.models.partial_rows import known
from booking.tokens import keyed_digest, read_hold_token
from stores.locks import SHARED

_LINE = "SELECT pg_advisory_xact_lock(7041, CAST(mod(%s, 2147483647) AS integer))"
_STORE_OF_BOOKING = f"""
SELECT {SHARED} FROM stores_store store
 WHERE store.id = (SELECT store_id FROM booking_booking WHERE id = %s) FOR SHARE
"""  # noqa: S608

_HELD = (
    *("id", "store_id", "desk_id", "visit_type_id", "starts_at", "ends_at", "party_size", "places"),
    *("desk_was_chosen", "minutes_before", "minutes_after"),
)
_LOCK_HELD = f"""
WITH held AS MATERIALIZED (
SELECT {", ".join(_HELD)} FROM booking_hold
 WHERE public_id = %s AND store_id = %s AND offered_to_id IS NULL AND expires_at > %s FOR UPDATE
)
SELECT held.*{{keys}} FROM held
"""  # noqa: S608 -- columns of the code


def share_lock_store_of(booking_id: int) -> None:
    """Lock the store of a booking in shared mode, so that its hours stay; one statement."""
    _execute(_STORE_OF_BOOKING, [booking_id])


def lock_line(store_id: int) -> None:
    """Lock a store's line, so that changes happen one by one: each number and each place is given once.

    The caller has the store's lock.
    """
    _execute(_LINE, [store_id])


def lock_entry(entry_id: int) -> WaitingListEntry:
    """Lock an entry of the waiting list and return it is now; its hold is locked after it."""
    entries = WaitingListEntry.objects.select_related("store", "visit_type")
    return entries.select_for_update(of=("self",), no_key=True).get(pk=entry_id)


def customer_keys(phone: str, email: str) -> list[int]:
    """Return the keys of a customer's locks, in the order in which they are taken; none without a contact."""
    contacts = [contact for contact in (phone, email) if contact]
    return sorted(int(keyed_digest("contact", contact)[:15], 16) for contact in contacts)


def lock_customer(phone: str, email: str) -> None:
    """Lock a customer, so that their writes happen one by one: an open one is invisible to the others."""
    if keys := customer_keys(phone, email):
        _execute("SELECT " + ", ".join(["pg_advisory_xact_lock(%s)"] * len(keys)), keys)


def lock_held(token: str, *, store_id: int, then_lock: Sequence[int], now: datetime) -> Hold | None:
    """Return and lock the hold of a token at a store that the caller has locked, then take advisory locks by keys.

    One statement. None where `booking.places.holds.live_hold` is to be asked: on SQLite, and for a hold that is offered
    to somebody who waits, of another store, or expired; then no key is taken.
    """
    public_id = read_hold_token(token)
    if public_id is None or not can_join_writes():
        return None
    keys = ", pg_advisory_xact_lock(%s)" * len(then_lock)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_HELD.format(keys=keys), [public_id, store_id, now, *then_lock])
        found = cursor.fetchone()
    return None if found is None else known(Hold, **dict(zip(_HELD, found, strict=False)), offered_to_id=None)


def lock_client(digest: str) -> None:
    """Lock a client, so that its holds are made one by one; taken at the level of the customer's lock."""
    _execute("SELECT pg_advisory_xact_lock(%s)", [int(digest[:15], 16)])


def lock_offers(store_id: int) -> None:
    """Lock offers at a store, so that passes run one by one and keep the order; taken before the store's lock."""
    _execute("SELECT pg_advisory_xact_lock(%s)", [int(keyed_digest("waiting_list", str(store_id))[:15], 16)])


def _execute(sql: str, values: list[int]) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
