"""What a manager sees of a store's tablets, and a tablet of who may take it over."""

from dataclasses import dataclass
from datetime import datetime

from booking.models import Device
from stores.models import Store


@dataclass(frozen=True, slots=True)
class PairedDevice:
    """A tablet that is in service; `acting` is the user name of who took it over last, empty for nobody."""

    id: int
    name: str
    paired_at: datetime
    last_seen_at: datetime
    acting: str


@dataclass(frozen=True, slots=True)
class MemberPin:
    """Somebody who works at a store, and how they stand to its tablets."""

    username: str
    name: str
    has_pin: bool
    is_locked: bool


def paired_devices(store: Store) -> tuple[PairedDevice, ...]:
    """Return the tablets in service, the newest first."""
    rows = Device.objects.filter(store=store, revoked_at=None).select_related("acting").order_by("-paired_at", "-pk")
    return tuple(
        PairedDevice(row.pk, row.name, row.paired_at, row.last_seen_at, row.acting.username if row.acting else "")
        for row in rows
    )


def member_pins(store: Store) -> tuple[MemberPin, ...]:
    """Return everybody who works at a store, by user name, with one statement."""
    rows = store.memberships.filter(user__is_active=True).select_related("user__staff_pin").order_by("user__username")
    found = []
    for row in rows:
        pin = getattr(row.user, "staff_pin", None)
        name = row.user.first_name or row.user.username
        found.append(MemberPin(row.user.username, name, pin is not None, bool(pin and pin.is_locked)))
    return tuple(found)
