"""Somebody's PIN: set by themselves, given on a tablet to act in their name, locked after five errors in a row."""

from datetime import datetime
from enum import StrEnum

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from booking.models import PIN_ERRORS, Device, StaffPin
from stores.models import Store
from stores.services import record_change

DIGITS_LEAST, DIGITS_MOST = 4, 8


class TakenOver(StrEnum):
    """What became of giving a PIN."""

    YES = "yes"
    WRONG = "wrong"
    LOCKED = "locked"


@transaction.atomic
def set_pin(*, user: User, pin: str, now: datetime) -> None:
    """Give somebody a PIN, instead of the one they had; locked or not, it counts no errors any more."""
    StaffPin.objects.update_or_create(
        user=user, defaults={"digest": make_password(pin), "errors": 0, "changed_at": now}
    )


@transaction.atomic
def remove_pin(*, user: User) -> None:
    """Take somebody's PIN away: they act on no tablet any more, from now on."""
    StaffPin.objects.filter(user=user).delete()
    Device.objects.filter(acting=user).update(acting=None, acted_at=None)


@transaction.atomic
def unlock_pin(*, store: Store, username: str, user: User, now: datetime) -> bool:
    """Let a member of the store try their PIN again, and tell whether it was locked."""
    locked = StaffPin.objects.filter(user__username=username, user__memberships__store=store, errors__gte=PIN_ERRORS)
    found = locked.select_related("user").first()
    if found is None:
        return False
    StaffPin.objects.filter(pk=found.pk).update(errors=0)
    before, after = {"may_use_tablets": False}, {"may_use_tablets": True}
    record_change(store=store, user=user, what="member", subject=username, before=before, after=after, now=now)
    return True


def take_over(*, device: Device, username: str, pin: str, now: datetime) -> TakenOver:
    """Let somebody who works at the tablet's store act on it from now on, by their PIN.

    The error is counted before the PIN is looked at, so that no number of tries at once gets more than five; the slow
    comparison holds no lock.
    """
    known = StaffPin.objects.filter(
        user__username=username, user__is_active=True, user__memberships__store=device.store_id
    )
    found = known.select_related("user").first()
    if found is None:
        return TakenOver.WRONG
    counted = StaffPin.objects.filter(pk=found.pk, errors__lt=PIN_ERRORS).update(errors=F("errors") + 1)
    if not counted:
        return TakenOver.LOCKED
    if not check_password(pin, found.digest):
        is_last = StaffPin.objects.filter(pk=found.pk, errors__gte=PIN_ERRORS).exists()
        return TakenOver.LOCKED if is_last else TakenOver.WRONG
    with transaction.atomic():
        StaffPin.objects.filter(pk=found.pk).update(errors=0)
        Device.objects.filter(pk=device.pk, revoked_at=None).update(acting=found.user, acted_at=now, last_seen_at=now)
    return TakenOver.YES
