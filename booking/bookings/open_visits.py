"""Open visits of a customer at a store: how many there may be, and whether a wanted one is among them."""

from datetime import datetime

from django.db import connection

from booking.models import Booking
from booking.places.requests import SlotRequest
from booking.refusals import BookingRefused, Refusal, SameVisit
from stores.slots import StoreRules, VisitTypeRule

_OPEN = """
SELECT reference, visit_type_id = %s AND starts_at = %s FROM booking_booking
 WHERE store_id = %s AND status = 'confirmed' AND starts_at > %s AND ({customer})
"""
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
    contacts = {"phone": draft.phone, "email": draft.email}
    given = [field for field, contact in contacts.items() if contact]
    if not given:
        return None
    adapt = connection.ops.adapt_datetimefield_value
    sql = _OPEN.format(customer=" OR ".join(_CONTACT[field] for field in given))
    values = [visit_type.id, adapt(asked.starts_at), rules.id, adapt(now), *(contacts[field] for field in given)]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = cursor.fetchall()
    same = next((reference for reference, is_same in found if is_same), None)
    if same is not None and not may_repeat:
        return SameVisit(same)
    if len(found) >= rules.open_bookings_per_customer + beyond:
        return BookingRefused(Refusal.TOO_MANY_OPEN_BOOKINGS)
    return None
