"""Closings of a store that come again and again: added and removed, never changed. See `stores.closings`."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from stores.absences import Absence
from stores.models import Store, StoreClosing
from stores.services.absences import absence_for_trail, absence_of, check_absence, columns_of
from stores.services.changes import record_change
from stores.services.values import BadValue, lock, raise_version

CLOSINGS_MAX = 50  # of one store that are not over: each question about free times reads them


@transaction.atomic
def add_closing(*, store: Store, closing: Absence, user: User | None, now: datetime) -> StoreClosing:
    """Note that a store is closed again and again; the same twice is one. Locks the store's row. Raises BadValue.

    Its code is "required" where no weekday is named, "never" where no such day comes, "order", or "too_many_closings".
    """
    if not closing.weekdays:
        raise BadValue("weekdays", "required")
    check_absence(closing)
    lock(store)
    fields = columns_of(closing)
    known = store.closings.filter(**fields).first()
    if known is not None:  # pressed twice
        return known
    today = now.date() - timedelta(days=1)  # in any zone
    if store.closings.exclude(last_date__lt=today).count() >= CLOSINGS_MAX:
        raise BadValue("first_date", "too_many_closings")
    row = StoreClosing.objects.create(store=store, **fields)
    raise_version(store)
    record_change(store=store, user=user, what="closing", before={}, after=absence_for_trail(closing), now=now)
    return row


@transaction.atomic
def remove_closing(*, store: Store, closing_id: int, user: User | None, now: datetime) -> Absence | None:
    """Remove a closing of a store; return it, None where there is none. Locks the store's row."""
    lock(store)
    row = store.closings.filter(pk=closing_id).first()
    if row is None:
        return None
    closing = absence_of(row)
    row.delete()
    raise_version(store)
    record_change(store=store, user=user, what="closing", before=absence_for_trail(closing), after={}, now=now)
    return closing
