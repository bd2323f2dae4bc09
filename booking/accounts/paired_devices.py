"""Paired devices: queries of a store's tablets, and of the members who may take a tablet over."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from booking.accounts.own_details import shown_name
from booking.models import PIN_ERRORS, Device, PinTries, StaffPin
from stores.models import Store


@dataclass(frozen=True, slots=True)
class PairedDevice:
    """A tablet that is in service; `acting` is the user name of its acting user, empty for nobody."""

    id: int
    name: str
    paired_at: datetime
    last_seen_at: datetime
    acting: str


@dataclass(frozen=True, slots=True)
class MemberPin:
    """A member of a store, and the state of their PIN."""

    username: str
    name: str
    has_pin: bool
    is_locked: bool


def paired_devices(store: Store) -> tuple[PairedDevice, ...]:
    """Return the tablets in service, newest first."""
    rows = Device.objects.filter(store=store, revoked_at=None).select_related("acting").order_by("-paired_at", "-pk")
    return tuple(
        PairedDevice(row.pk, row.name, row.paired_at, row.last_seen_at, shown_name(row.acting) if row.acting else "")
        for row in rows
    )


def member_pins(store: Store) -> tuple[MemberPin, ...]:
    """Return the members of a store with their PINs, by user name, with one statement."""
    pins = StaffPin.objects.filter(user=OuterRef("user"))
    locked = PinTries.objects.filter(pin__user=OuterRef("user"), store=store, errors__gte=PIN_ERRORS)
    rows = store.memberships.filter(user__is_active=True).select_related("user").order_by("user__username")
    return tuple(
        MemberPin(row.user.username, shown_name(row.user), row.has_pin, row.is_locked)
        for row in rows.annotate(has_pin=Exists(pins), is_locked=Exists(locked))
    )
