"""Tablets of a store: paired by a code that a manager shows, used in a person's name, revoked at once."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from booking.models import NAMES_SHOWN, Device, PairingCode
from booking.tokens import device_digest, keyed_digest, new_device_secret, new_reference
from stores.models import Store
from stores.services import record_change

CODE_LASTS = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=10)
KEEP_REVOKED = timedelta(days=90)  # for this long a returning tablet is told to delete its data


@transaction.atomic
def offer_pairing(*, store: Store, device_name: str, user: User, now: datetime) -> str:
    """Return a code that pairs one tablet with the store within ten minutes; delete expired codes."""
    PairingCode.objects.filter(expires_at__lte=now).delete()
    code = new_reference()
    PairingCode.objects.create(
        store=store, digest=_code_digest(code), device_name=device_name, user=user, expires_at=now + CODE_LASTS
    )
    return code


@transaction.atomic
def pair_device(*, code: str, now: datetime, replaces: str = "") -> tuple[Device, str] | None:
    """Pair a tablet with the store of a code, and return it with its secret; None if the code is not valid.

    A code is valid once. `replaces` is the tablet's former secret, which no longer works after this.
    """
    found = (
        PairingCode.objects.select_for_update(of=("self",))
        .select_related("store", "user")
        .filter(digest=_code_digest(code), expires_at__gt=now)
        .first()
    )
    if found is None:
        return None
    found.delete()
    if replaces:
        before = Device.objects.filter(digest=device_digest(replaces), revoked_at=None).select_related("store").first()
        if before is not None:
            _revoke(before, user=found.user, now=now)
    secret = new_device_secret()
    device = Device.objects.create(
        store=found.store, name=found.device_name, digest=device_digest(secret), paired_at=now, last_seen_at=now
    )
    _record(device, user=found.user, is_paired=True, now=now)
    return device, secret


@transaction.atomic
def revoke_device(*, store: Store, device_id: int, user: User, now: datetime) -> bool:
    """Revoke a tablet, and tell whether it was in service; its next request is refused."""
    device = store.devices.select_for_update().filter(pk=device_id, revoked_at=None).first()
    if device is None:
        return False
    _revoke(device, user=user, now=now)
    return True


@transaction.atomic
def leave_device(*, device: Device) -> None:
    """End the acting user of a tablet, until somebody enters their PIN."""
    Device.objects.filter(pk=device.pk).update(acting=None, acted_at=None)


def note_seen(*, device: Device, now: datetime) -> None:
    """Note when a tablet was last seen, to ten minutes, because it asks every few seconds."""
    if now - device.last_seen_at >= SEEN_EVERY:
        Device.objects.filter(pk=device.pk).update(last_seen_at=now)


def note_use(*, device: Device, moments: Iterable[datetime], now: datetime) -> None:
    """Note the last use of a tablet, from the times of the taps.

    Once names are hidden, neither a tap nor old taps that are sent late show them again: only a PIN does.
    """
    last = device.acted_at
    if last is None:
        return
    for moment in sorted(min(moment, now) for moment in moments):
        if moment - last < NAMES_SHOWN:
            last = max(last, moment)
    if last > device.acted_at:  # type: ignore[operator]  # it was there above
        Device.objects.filter(pk=device.pk, acting=device.acting_id, acted_at__lt=last).update(acted_at=last)


@transaction.atomic
def forget_devices(*, now: datetime) -> int:
    """Delete tablets that were revoked long ago, and expired codes; return how many."""
    revoked, _ = Device.objects.filter(revoked_at__lt=now - KEEP_REVOKED).delete()
    codes, _ = PairingCode.objects.filter(expires_at__lte=now).delete()
    return revoked + codes


def _revoke(device: Device, *, user: User, now: datetime) -> None:
    device.revoked_at, device.acting, device.acted_at = now, None, None
    device.save(update_fields=["revoked_at", "acting", "acted_at"])
    _record(device, user=user, is_paired=False, now=now)


def _record(device: Device, *, user: User, is_paired: bool, now: datetime) -> None:
    store, name = device.store, device.name
    after = {"is_paired": is_paired}
    before = {"is_paired": not is_paired}
    record_change(store=store, user=user, what="device", subject=name, before=before, after=after, now=now)


def _code_digest(code: str) -> str:
    return keyed_digest("pairing", code)
