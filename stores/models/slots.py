"""Slots that have a row, and versions of days."""

from django.db import models
from django.db.models import F, Q

from stores.models.store import Store
from stores.models.visits import Desk


class Slot(models.Model):
    """A slot to which something happened: a place taken, a capacity changed, a closing.

    All other slots have no row and follow from the rules (`stores.slots`). Only `booking.places.claims` changes the
    counters.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="slots", db_index=False)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="slots", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField()
    # True once a manager set the capacity of this slot: a change of the desk's capacity no longer applies to it.
    has_own_capacity = models.BooleanField(default=False, db_default=False)
    places_taken = models.PositiveSmallIntegerField(default=0, db_default=0)
    places_taken_web = models.PositiveSmallIntegerField(default=0, db_default=0)
    squeezed = models.PositiveSmallIntegerField(default=0, db_default=0)  # places beyond capacity, let in on purpose
    closed = models.BooleanField(default=False, db_default=False)
    # True while the calendar of the desk alone closes it: once that is free, the slot is open again.
    closed_by_calendar = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "desk", "starts_at"], name="slot_once"),
            models.CheckConstraint(
                condition=Q(places_taken__lte=F("capacity") + F("squeezed")), name="slot_never_one_too_many"
            ),
            models.CheckConstraint(
                condition=Q(places_taken_web__lte=F("places_taken")), name="slot_web_places_are_places"
            ),
        ]
        indexes = [models.Index(fields=["store", "starts_at"], name="slot_store_starts_at")]

    def __str__(self) -> str:
        return f"{self.desk_id} {self.starts_at:%Y-%m-%dT%H:%MZ} {self.places_taken}/{self.capacity}"


class StoreDay(models.Model):
    """A counter of the changes of one store's day. The ETags of availability and schedule use it."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="days", db_index=False)
    date = models.DateField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "date"], name="store_day_once")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.date} v{self.version}"
