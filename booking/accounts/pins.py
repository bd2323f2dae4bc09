"""PINs of staff: typed on a tablet to act in their own name, locked after five errors in a row.

Errors count by person and store, and by tablet: a tablet pauses after three of them, for whichever person.
"""

from datetime import datetime
from enum import StrEnum

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Least

from booking.models import (
    PIN_ERRORS,
    PIN_UNLOCKS,
    TABLET_ERRORS,
    TABLET_PAUSE,
    Device,
    PinTries,
    StaffPin,
)
from stores.models import Store
from stores.services import record_change

DIGITS_LEAST, DIGITS_MOST = 6, 8
_COUNTED_MOST = 1000  # of a tablet's errors


class PinResult(StrEnum):
    """The result of typing a PIN."""

    YES = "yes"
    WRONG = "wrong"
    LOCKED = "locked"
    PAUSED = "paused"


class Unlocked(StrEnum):
    """The result of unlocking a PIN; VOID: it was unlocked too often, and its owner must choose a new one."""

    YES = "unlocked"
    VOID = "void"


@transaction.atomic
def set_pin(*, user: User, pin: str, now: datetime) -> None:
    """Set the PIN of a user, instead of any former one; errors and locks are reset."""
    kept, _is_new = StaffPin.objects.update_or_create(
        user=user, defaults={"digest": make_password(pin), "changed_at": now}
    )
    kept.tries.all().delete()


@transaction.atomic
def remove_pin(*, user: User) -> None:
    """Remove a user's PIN: from now on they can act on no tablet."""
    StaffPin.objects.filter(user=user).delete()
    Device.objects.filter(acting=user).update(acting=None, acted_at=None)


@transaction.atomic
def unlock_pin(*, store: Store, username: str, user: User, now: datetime) -> Unlocked | None:
    """Let a member of the store try their PIN there again; None if it was not locked.

    The third unlocking in a row without a right PIN in between removes the PIN: somebody is guessing it.
    """
    locked = PinTries.objects.select_for_update(of=("self",)).filter(store=store, errors__gte=PIN_ERRORS)
    found = locked.filter(pin__user__username=username, pin__user__memberships__store=store).first()
    if found is None:
        return None
    if found.unlocks + 1 >= PIN_UNLOCKS:
        remove_pin(user=found.pin.user)
        before, after = {"chooses_anew": False}, {"chooses_anew": True}
        record_change(store=store, user=user, what="member", subject=username, before=before, after=after, now=now)
        return Unlocked.VOID
    PinTries.objects.filter(pk=found.pk).update(errors=0, unlocks=F("unlocks") + 1)
    before, after = {"may_use_tablets": False}, {"may_use_tablets": True}
    record_change(store=store, user=user, what="member", subject=username, before=before, after=after, now=now)
    return Unlocked.YES


def take_over(*, device: Device, username: str, pin: str, now: datetime) -> PinResult:
    """Make a member of the tablet's store its acting user, by their PIN.

    The error is counted before the PIN is checked, so that parallel tries cannot exceed five; the slow comparison holds
    no lock.
    """
    if not _count_on_tablet(device, now=now):
        return PinResult.PAUSED
    known = StaffPin.objects.filter(
        user__username=username, user__is_active=True, user__memberships__store=device.store_id
    )
    found = known.select_related("user").first()
    tries = _tries(found, device.store_id) if found is not None else None
    if found is None or tries is None:
        return PinResult.WRONG
    counted = PinTries.objects.filter(pk=tries.pk, errors__lt=PIN_ERRORS).update(errors=F("errors") + 1)
    if not counted:
        return PinResult.LOCKED
    if not check_password(pin, found.digest):
        is_last = PinTries.objects.filter(pk=tries.pk, errors__gte=PIN_ERRORS).exists()
        return PinResult.LOCKED if is_last else PinResult.WRONG
    with transaction.atomic():
        PinTries.objects.filter(pk=tries.pk).update(errors=0, unlocks=0)
        taken = {"acting": found.user, "acted_at": now, "last_seen_at": now, "pin_errors": 0, "paused_until": None}
        Device.objects.filter(pk=device.pk, revoked_at=None).update(**taken)
    return PinResult.YES


def _count_on_tablet(device: Device, *, now: datetime) -> bool:
    """Count a try on a tablet before it is checked, and tell whether the tablet accepts tries now."""
    free = Device.objects.filter(Q(paused_until=None) | Q(paused_until__lte=now), pk=device.pk)
    pause = Case(When(pin_errors__gte=TABLET_ERRORS - 1, then=Value(now + TABLET_PAUSE)), default=Value(None))
    return bool(free.update(pin_errors=Least(F("pin_errors") + 1, _COUNTED_MOST), paused_until=pause))


def _tries(pin: StaffPin, store_id: int) -> PinTries | None:
    """Return the count of a PIN at a store; None if the PIN has been removed meanwhile."""
    try:
        return PinTries.objects.get_or_create(pin=pin, store_id=store_id)[0]
    except IntegrityError:
        return None
