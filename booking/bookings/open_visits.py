"""Open visits of a customer at a store: how many there may be, and whether a wanted one is among them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from booking.models import Booking
from booking.places.requests import SlotRequest
from booking.places.runs import Run
from booking.places.seen_slots import COLUMNS, SeenSlots, slots_asked
from booking.refusals import BookingRefused, Refusal, SameVisit
from stores.slots import StoreRules, VisitTypeRule

_OPEN = """
SELECT reference, visit_type_id = %s AND starts_at = %s{nothing} FROM booking_booking
 WHERE store_id = %s AND status = 'confirmed' AND starts_at > %s AND ({customer})
"""
_NO_SLOT = ", 0, starts_at, 0, 0, 0, FALSE"  # for the columns of slots
_CONTACT = {"phone": "phone = %s", "email": "lower(email) = %s"}  # as the indexes over all stores have them


def refuse_open_visits(
    rules: StoreRules,
    draft: Booking,
    asked: SlotRequest,
    visit_type: VisitTypeRule,
    *,
    may_repeat: bool,
    now: datetime,
    beyond: int = 0,
) -> BookingRefused | None:
    """Return the refusal for a phone or e-mail with too many open visits here, `beyond` more allowed; or None.

    Unless it may be repeated, this very visit among them is refused too: SameVisit. The caller has locked the customer
    by an earlier statement. One statement, none for a customer without phone and e-mail.
    """
    sql, values = _open_visits(rules, draft, asked, visit_type, now=now)
    found = _read(sql, values) if sql else []
    return _refusal(found, most=rules.open_bookings_per_customer + beyond, may_repeat=may_repeat)


def see_visits_and_slots(
    rules: StoreRules,
    draft: Booking,
    asked: SlotRequest,
    visit_type: VisitTypeRule,
    runs: Sequence[Run],
    *,
    may_repeat: bool,
    now: datetime,
) -> tuple[BookingRefused | None, SeenSlots]:
    """Return what `refuse_open_visits` does, and the slots of the runs. One statement for both."""
    asked_slots, values = slots_asked(rules.id, runs)
    sql = f"SELECT '', FALSE, {COLUMNS} {asked_slots}"
    visits, more = _open_visits(rules, draft, asked, visit_type, now=now, nothing=_NO_SLOT)
    found = _read(f"{sql} UNION ALL {visits}" if visits else sql, [*values, *more])
    refusal = _refusal([row for row in found if row[0]], most=rules.open_bookings_per_customer, may_repeat=may_repeat)
    return refusal, SeenSlots.of_rows(row[2:] for row in found if not row[0])


def _open_visits(
    rules: StoreRules,
    draft: Booking,
    asked: SlotRequest,
    visit_type: VisitTypeRule,
    *,
    now: datetime,
    nothing: str = "",
) -> tuple[str, list[Any]]:
    """Return the statement for a customer's open visits and its values; "" without phone and e-mail."""
    contacts = {"phone": draft.phone, "email": draft.email}
    given = [field for field, contact in contacts.items() if contact]
    if not given:
        return "", []
    adapt = connection.ops.adapt_datetimefield_value
    sql = _OPEN.format(customer=" OR ".join(_CONTACT[field] for field in given), nothing=nothing)
    return sql, [visit_type.id, adapt(asked.starts_at), rules.id, adapt(now), *(contacts[field] for field in given)]


def _read(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _refusal(found: Sequence[Sequence[Any]], *, most: int, may_repeat: bool) -> BookingRefused | None:
    same = next((reference for reference, is_same, *_ in found if is_same), None)
    if same is not None and not may_repeat:
        return SameVisit(same)
    return BookingRefused(Refusal.TOO_MANY_OPEN_BOOKINGS) if len(found) >= most else None
