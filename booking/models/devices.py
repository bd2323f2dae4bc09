"""Tablets of a store, the codes that pair them, and the PINs by which staff take them over."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

from stores.models import Store

NAMES_SHOWN = timedelta(minutes=15)
PIN_ERRORS = 5
PIN_UNLOCKS = 3  # the last of them takes the PIN away
TABLET_ERRORS = 3
TABLET_PAUSE = timedelta(seconds=30)
DEVICE_NAME_LONGEST = 60


class Device(models.Model):
    """A tablet paired with a store: it may do arrivals there, in the name of whoever took it over last."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="devices")
    name = models.CharField(max_length=DEVICE_NAME_LONGEST)
    digest = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256 of what its cookie holds, in hex
    paired_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    acting = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="devices"
    )
    acted_at = models.DateTimeField(null=True, blank=True)  # when they last gave their PIN or tapped
    pin_errors = models.PositiveSmallIntegerField(default=0)  # in a row, whoever was named; the one being checked too
    paused_until = models.DateTimeField(null=True, blank=True)  # it takes no PIN before

    class Meta:
        indexes = [models.Index(fields=["store", "paired_at"], name="device_by_store")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.name}"

    def hides_names(self, now: datetime) -> bool:
        """Tell whether nobody has used it for so long that it must hide customers' names."""
        return self.acted_at is None or now - self.acted_at >= NAMES_SHOWN


class PairingCode(models.Model):
    """A code that pairs one tablet with the store, once, within a few minutes. Only its digest is kept."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="pairing_codes")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    device_name = models.CharField(max_length=DEVICE_NAME_LONGEST)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pairing_codes")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.store_id} {self.device_name}"


class StaffPin(models.Model):
    """Somebody's PIN for the tablets of their stores."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_pin")
    digest = models.CharField(max_length=128, editable=False)  # as a password is kept
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"PIN of {self.user_id}"


class PinTries(models.Model):
    """Wrong tries at a PIN at one store. After too many it is locked there until a manager of that store unlocks it.

    What is tried at one store gives no tries at another: managers of different stores do not work together.
    """

    pin = models.ForeignKey(StaffPin, on_delete=models.CASCADE, related_name="tries")
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    errors = models.PositiveSmallIntegerField(default=0)  # in a row, the one being checked included
    unlocks = models.PositiveSmallIntegerField(default=0)  # since the PIN was right here

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pin", "store"], name="one_count_a_pin_and_store")]

    def __str__(self) -> str:
        return f"{self.pin_id}@{self.store_id} {self.errors}"
