"""What a store decided about booking, and what it tells and shows to customers."""

from django.db import transaction

from stores.models import CapacityCounts, Store
from stores.services.values import BadValue, check_range, lock, raise_version, short_text

POLICY_RANGES = {
    "slot_minutes": (5, 480),
    "minimum_notice_minutes": (0, 30 * 24 * 60),
    "booking_horizon_days": (1, 366),
    "change_until_minutes": (0, 30 * 24 * 60),
    "open_bookings_per_customer": (1, 100),
    "keep_days": (1, 3660),
}


@transaction.atomic
def save_policy(
    *,
    store: Store,
    slot_minutes: int,
    capacity_counts: str,
    minimum_notice_minutes: int,
    booking_horizon_days: int,
    change_until_minutes: int,
    open_bookings_per_customer: int,
    keep_days: int,
) -> None:
    """Change what the store decided about booking. Locks the store's row. Raises BadValue."""
    numbers = {
        "slot_minutes": slot_minutes,
        "minimum_notice_minutes": minimum_notice_minutes,
        "booking_horizon_days": booking_horizon_days,
        "change_until_minutes": change_until_minutes,
        "open_bookings_per_customer": open_bookings_per_customer,
        "keep_days": keep_days,
    }
    for field, value in numbers.items():
        check_range(field, value, POLICY_RANGES[field])
    if capacity_counts not in CapacityCounts.values:
        raise BadValue("capacity_counts", "invalid_choice")
    lock(store)
    Store.objects.filter(pk=store.pk).update(**numbers, capacity_counts=capacity_counts)
    raise_version(store)


@transaction.atomic
def save_notice(*, store: Store, notice: str) -> None:
    """Change the line that customers read at the store's top; "" for none. Raises BadValue."""
    notice = short_text(notice, field="notice", longest=300, is_required=False)
    Store.objects.filter(pk=store.pk).update(notice=notice)
