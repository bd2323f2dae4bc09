"""Tablets and PINs, made as if they were paired and set."""

from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.test import Client
from django.utils.timezone import now as clock_now

from booking.models import Device, PinTries, StaffPin
from booking.tokens import device_digest, new_device_secret
from stores.models import Store
from tests.factories import NOW

PIN = "258036"


def make_tablet(store: Store, *, acting: User | None = None, **fields: Any) -> Client:
    """Return a client that holds the cookie of a tablet of this store, just taken over by whoever is `acting`."""
    secret = new_device_secret()
    defaults = {
        "name": "Entrance",
        "paired_at": NOW,
        "last_seen_at": clock_now(),
        "acted_at": clock_now() if acting else None,
    }
    Device.objects.create(store=store, digest=device_digest(secret), acting=acting, **{**defaults, **fields})
    client = Client()
    client.cookies[settings.DEVICE_COOKIE_NAME] = secret
    return client


def make_pin(user: User, *, pin: str = PIN, errors: int = 0, unlocks: int = 0) -> StaffPin:
    """Return somebody's PIN, wrong so often at each store they work at."""
    made = StaffPin.objects.create(user=user, digest=make_password(pin), changed_at=NOW)
    for membership in user.memberships.all():
        PinTries.objects.create(pin=made, store=membership.store, errors=errors, unlocks=unlocks)
    return made
