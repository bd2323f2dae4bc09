"""Closings of a store that come again and again, as managers set them up, with the visits that they affect."""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.db.models import Q

from booking.store_setup.affected_visits import Then
from booking.store_setup.hours_changes import HoursChange, change_rules
from stores.absences import Absence
from stores.hours import ONE_DAY
from stores.models import Store
from stores.services import absence_of, add_closing, remove_closing


def add_store_closing(*, store_id: int, closing: Absence, then: Then, now: datetime, user: User) -> HoursChange:
    """Close a store again and again. Raises BookingsAffected, stores.services.BadValue."""
    return change_rules(
        store_id=store_id,
        edit=lambda store: add_closing(store=store, closing=closing, user=user, now=now),
        then=then,
        now=now,
        user=user,
    )


def remove_store_closing(*, store_id: int, closing_id: int, then: Then, now: datetime, user: User) -> HoursChange:
    """Open a store again where a closing came. Raises BookingsAffected."""
    return change_rules(
        store_id=store_id,
        edit=lambda store: remove_closing(store=store, closing_id=closing_id, user=user, now=now),
        then=then,
        now=now,
        user=user,
    )


def store_closings(store: Store, *, from_date: date) -> list[Absence]:
    """Return a store's closings that are not over by a day. One statement."""
    ahead = store.closings.filter(Q(last_date=None) | Q(last_date__gte=from_date - ONE_DAY))
    return [absence_of(row) for row in ahead.order_by("first_date", "from_time", "pk")]
