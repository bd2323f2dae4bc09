"""Upcoming visits of customers on the waiting list, which decide whether they may take another place."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Lower

from booking.models import Booking, Status, WaitingListEntry

# Customers who wait for an earlier place still have the later visit, so an offer may exceed their limit.
BEYOND_THE_SHARE = 1

Visit = tuple[int, datetime]  # the id of the visit type, and the start


def visits_to_come(entries: Iterable[WaitingListEntry], *, store_id: int, now: datetime) -> Mapping[int, set[Visit]]:
    """Return the upcoming visits of customers with entries at a store, by the entry's id; one statement."""
    entries = list(entries)
    phones = {entry.phone for entry in entries if entry.phone}
    emails = {entry.email for entry in entries if entry.email}
    coming = (
        Booking.objects.alias(address=Lower("email"))
        .filter(
            Q(phone__in=phones) | Q(address__in=emails), store_id=store_id, status=Status.CONFIRMED, starts_at__gt=now
        )
        .values_list("phone", "email", "pk", "visit_type_id", "starts_at")
    )
    by_contact: dict[str, dict[int, Visit]] = {}
    for phone, email, key, type_id, starts_at in coming:
        for contact in filter(None, (phone, email)):
            by_contact.setdefault(contact, {})[key] = (type_id, starts_at)
    found: dict[int, set[Visit]] = {}
    for entry in entries:
        visits = by_contact.get(entry.phone, {}) | by_contact.get(entry.email, {})
        found[entry.pk] = set(visits.values())
    return found
